#include "base/usage_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

constexpr absl::string_view kUsage = "usage:";
constexpr absl::string_view kPrefix = "tessera-";

// `line` with the tool's own name, where it is a word, as people type it.
std::string WithTypedName(absl::string_view line, absl::string_view tool) {
  absl::string_view name = tool;
  if (!absl::ConsumePrefix(&name, kPrefix)) return std::string(line);
  std::vector<std::string> words = absl::StrSplit(line, ' ');
  for (std::string& word : words) {
    if (word == name || word == tool) word = TypedName(tool);
  }
  return absl::StrJoin(words, " ");
}

// The lines of a synopsis: those of its continuation are indented further than
// "usage: ", and belong to the line before.
void AppendSynopsis(absl::Span<const absl::string_view> lines,
                    absl::string_view tool, std::vector<std::string>* result) {
  constexpr size_t kIndent = 7;
  for (absl::string_view line : lines) {
    absl::ConsumePrefix(&line, kUsage);
    const absl::string_view words = absl::StripAsciiWhitespace(line);
    const size_t indent = words.data() - line.data();
    if (indent > kIndent && !result->empty()) {
      absl::StrAppend(&result->back(), " ", words);
    } else {
      result->push_back(WithTypedName(words, tool));
    }
  }
}

std::string OnOneLine(absl::Span<const absl::string_view> lines) {
  return absl::StrJoin(lines, " ",
                       [](std::string* out, absl::string_view line) {
                         absl::StrAppend(out, absl::StripAsciiWhitespace(line));
                       });
}

}  // namespace

std::string TypedName(absl::string_view tool) {
  return absl::ConsumePrefix(&tool, kPrefix) ? absl::StrCat("tessera ", tool)
                                             : std::string(tool);
}

UsageText SplitUsage(const CommandLineDescription& command_line) {
  UsageText result;
  for (const absl::string_view paragraph :
       absl::StrSplit(absl::StripAsciiWhitespace(command_line.usage), "\n\n")) {
    const std::vector<absl::string_view> lines =
        absl::StrSplit(paragraph, '\n', absl::SkipEmpty());
    if (lines.empty()) continue;
    if (absl::StartsWith(lines[0], kUsage)) {
      AppendSynopsis(lines, command_line.tool, &result.synopsis);
    } else if (absl::StartsWith(lines[0], "  ")) {
      for (const absl::string_view line : lines) {
        result.examples.push_back(
            WithTypedName(absl::StripAsciiWhitespace(line), command_line.tool));
      }
    } else if (result.summary.empty()) {
      result.summary = OnOneLine(lines);
    } else {
      result.prose.push_back(OnOneLine(lines));
    }
  }
  return result;
}

}  // namespace tessera
