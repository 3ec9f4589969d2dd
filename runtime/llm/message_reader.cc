#include "runtime/llm/message_reader.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

constexpr absl::string_view kFence = "\"\"\"";

}  // namespace

LineReader::Result MessageReader::Read(
    absl::FunctionRef<void(absl::string_view)> show, std::string* message,
    bool* is_block) {
  message->clear();
  *is_block = false;
  std::string line;
  for (bool first = true;; first = false) {
    show(first ? prompts_.first : prompts_.next);
    const LineReader::Result result = lines_.Read(&line);
    if (result == LineReader::Result::kInterrupted) return result;
    if (result == LineReader::Result::kEnd) {
      return message->empty() ? result : LineReader::Result::kLine;
    }
    if (first && line == kFence) {
      *is_block = true;
      return ReadBlock(show, message);
    }
    if (!absl::EndsWith(line, "\\")) {
      absl::StrAppend(message, line);
      return result;
    }
    line.back() = '\n';
    absl::StrAppend(message, line);
  }
}

LineReader::Result MessageReader::ReadBlock(
    absl::FunctionRef<void(absl::string_view)> show, std::string* message) {
  std::string line;
  for (bool first = true;; first = false) {
    show(prompts_.next);
    const LineReader::Result result = lines_.Read(&line);
    if (result == LineReader::Result::kInterrupted) return result;
    if (result == LineReader::Result::kEnd || line == kFence) {
      return LineReader::Result::kLine;
    }
    absl::StrAppend(message, first ? "" : "\n", line);
  }
}

}  // namespace tessera
