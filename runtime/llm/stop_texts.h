// Texts at which a generation ends, found in text that comes in pieces.
#ifndef RUNTIME_LLM_STOP_TEXTS_H_
#define RUNTIME_LLM_STOP_TEXTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace tessera {

// Passes text on until one of the stop texts is complete, and neither that nor
// what follows it. What could be the beginning of one is held back until that
// is known. Of several, the one that begins first counts. Not thread-safe.
class StopTexts {
 public:
  // Empty texts never stop.
  explicit StopTexts(std::vector<std::string> texts);

  // Takes `text` and returns what can be shown now; valid until the next call.
  // Nothing once found().
  absl::string_view Append(absl::string_view text);

  // Returns what is still held back, as it is; nothing once found().
  absl::string_view Flush();

  // Whether a stop text has come.
  bool found() const { return found_; }

 private:
  const std::vector<std::string> texts_;
  bool found_ = false;
  std::string ready_;
  std::string held_;  // shorter than the longest text
};

}  // namespace tessera

#endif  // RUNTIME_LLM_STOP_TEXTS_H_
