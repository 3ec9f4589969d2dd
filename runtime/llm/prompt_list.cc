#include "runtime/llm/prompt_list.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "formats/json/json_document.h"
#include "runtime/llm/unescaped.h"

namespace tessera {
namespace {

absl::StatusOr<std::string> PromptOf(absl::string_view json) {
  TESSERA_ASSIGN_OR_RETURN(const JsonDocument document,
                           JsonDocument::Parse(json));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonMember> members,
                           JsonMembers(document.root()));
  for (const JsonMember& member : members) {
    if (member.key != "prompt") continue;
    const absl::StatusOr<absl::string_view> text = JsonString(member.value);
    if (text.ok()) return std::string(*text);
    return absl::DataLossError(
        absl::StrCat("\"prompt\" ", text.status().message()));
  }
  return absl::DataLossError("the object has no \"prompt\"");
}

}  // namespace

std::vector<ListedPrompt> ReadPromptList(absl::string_view file,
                                         bool unescape) {
  absl::ConsumePrefix(&file, "\xEF\xBB\xBF");  // what some editors begin with
  std::vector<ListedPrompt> prompts;
  bool is_json = false;
  int64_t number = 0;
  for (absl::string_view line : absl::StrSplit(file, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    const absl::string_view bare = absl::StripAsciiWhitespace(line);
    if (bare.empty()) continue;
    if (prompts.empty()) is_json = bare[0] == '{';
    if (is_json) {
      prompts.push_back({number, PromptOf(bare)});
    } else {
      prompts.push_back(
          {number, unescape ? Unescaped(line) : std::string(line)});
    }
  }
  return prompts;
}

}  // namespace tessera
