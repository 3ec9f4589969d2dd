#include "runtime/llm/input_flags.h"

#include <algorithm>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/parse_flags.h"
#include "base/status_macros.h"
#include "runtime/llm/unescaped.h"

namespace tessera {

// A text that may be empty, and knows whether it was given.
struct GivenText {
  bool is_given = false;
  std::string text = "";
};

bool AbslParseFlag(absl::string_view text, GivenText* flag, std::string*) {
  *flag = {true, std::string(text)};
  return true;
}

std::string AbslUnparseFlag(const GivenText& flag) { return flag.text; }

}  // namespace tessera

ABSL_FLAG(tessera::GivenText, prompt, {},
          "the text to continue; an empty one begins a text");
ABSL_FLAG(std::string, file, "",
          "a file that holds the text to continue, or - for stdin; one line "
          "end at its end is left out");
ABSL_FLAG(std::string, prompts, "",
          "a file of prompts, or - for stdin, which are continued one after "
          "another: one per line, or JSON objects with \"prompt\", one per "
          "line");
ABSL_FLAG(bool, escape, false,
          "replace \\n, \\r, \\t, \\', \\\", \\\\ and \\xHH in --prompt, "
          "--system, --stop, --dry_sequence_breaker, and in --prompts that are "
          "not JSON");
ABSL_FLAG(bool, chat, false,
          "hold a conversation by the model's chat template; with a prompt, "
          "answer once");
ABSL_FLAG(std::string, system, "",
          "with --chat: what the model is told before the conversation");

namespace tessera {
namespace {

using Kind = PromptSource::Kind;

absl::StatusOr<PromptSource> SourceFromFlags(bool chat) {
  const GivenText prompt = absl::GetFlag(FLAGS_prompt);
  struct Given {
    Kind kind;
    absl::string_view flag;
    std::string path;
  };
  std::vector<Given> given;
  // An empty message is none: then it is a conversation.
  if (prompt.is_given && !(chat && prompt.text.empty())) {
    given.push_back({Kind::kText, "prompt", ""});
  }
  if (std::string file = absl::GetFlag(FLAGS_file); !file.empty()) {
    given.push_back({Kind::kFile, "file", std::move(file)});
  }
  if (std::string list = absl::GetFlag(FLAGS_prompts); !list.empty()) {
    given.push_back({Kind::kList, "prompts", std::move(list)});
  }
  if (given.size() > 1) {
    given.erase(std::remove_if(
                    given.begin(), given.end(),
                    [](const Given& it) { return IsFromEnvironment(it.flag); }),
                given.end());
  }
  if (given.size() > 1) {
    return absl::InvalidArgumentError(
        "give one of --prompt, --file and --prompts");
  }
  PromptSource source;
  source.unescape = absl::GetFlag(FLAGS_escape);
  source.kind = chat ? Kind::kConversation : Kind::kPipe;
  if (!given.empty()) {
    source.kind = given[0].kind;
    source.path = given[0].path;
  }
  return source;
}

}  // namespace

absl::Status ReadInputFlags(RunOptions* options) {
  options->chat = absl::GetFlag(FLAGS_chat);
  options->prompt = TypedText(absl::GetFlag(FLAGS_prompt).text);
  options->system_prompt = TypedText(absl::GetFlag(FLAGS_system));
  TESSERA_ASSIGN_OR_RETURN(options->source, SourceFromFlags(options->chat));
  if (!options->chat && !options->system_prompt.empty() &&
      !IsFromEnvironment("system")) {
    return absl::InvalidArgumentError("--system is for --chat");
  }
  return absl::OkStatus();
}

std::string TypedText(const std::string& text) {
  return absl::GetFlag(FLAGS_escape) ? Unescaped(text) : text;
}

}  // namespace tessera
