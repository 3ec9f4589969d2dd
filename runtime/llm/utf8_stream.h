// Whole characters out of bytes that arrive in pieces.
#ifndef RUNTIME_LLM_UTF8_STREAM_H_
#define RUNTIME_LLM_UTF8_STREAM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// A token may end in the middle of a UTF-8 character. This holds such a
// beginning back until the rest has come. Bytes that can no longer become a
// character are passed on as they are: nothing is changed or lost. Not
// thread-safe.
class Utf8Stream {
 public:
  // Takes `bytes` and returns what can be shown now; valid until the next call.
  absl::string_view Append(absl::string_view bytes);

  // Returns what is still held back, as it is.
  absl::string_view Flush();

 private:
  std::string ready_;
  std::string held_;
};

}  // namespace tessera

#endif  // RUNTIME_LLM_UTF8_STREAM_H_
