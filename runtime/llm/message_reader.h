// Messages that a person types, over one line or several.
#ifndef RUNTIME_LLM_MESSAGE_READER_H_
#define RUNTIME_LLM_MESSAGE_READER_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "runtime/llm/line_reader.h"

namespace tessera {

// A line that ends in a backslash goes on in the next one; lines between two
// lines of """ are one message as they stand. Not thread-safe.
class MessageReader {
 public:
  // Shown before each line; empty strings for none.
  struct Prompts {
    std::string first;
    std::string next;
  };

  // `lines` must outlive it.
  MessageReader(LineReader* lines, Prompts prompts)
      : lines_(*lines), prompts_(std::move(prompts)) {}

  // As LineReader, for messages. `is_block` tells whether the message stood
  // between """: then it is no command. `show` is given the prompts.
  LineReader::Result Read(absl::FunctionRef<void(absl::string_view)> show,
                          std::string* message, bool* is_block);

 private:
  LineReader::Result ReadBlock(absl::FunctionRef<void(absl::string_view)> show,
                               std::string* message);

  LineReader& lines_;
  const Prompts prompts_;
};

}  // namespace tessera

#endif  // RUNTIME_LLM_MESSAGE_READER_H_
