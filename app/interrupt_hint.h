// What ends a long piece of work: a signal, or a caller that is asked.
#ifndef APP_INTERRUPT_HINT_H_
#define APP_INTERRUPT_HINT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tessera {

// For a program that handles signals itself, as Python does. While it lives,
// OpenPackedModel in this thread asks `go_on` whether to go on, and
// InterruptHint leaves the signals alone. If several live, the last one is
// asked.
class InterruptCheck {
 public:
  // Called in this thread with bytes done so far, those to do in all, and the
  // tensor at hand; with zeros and no tensor while another process packs. An
  // error ends the work, which returns it.
  using GoOn = std::function<absl::Status(uint64_t done, uint64_t total,
                                          absl::string_view tensor)>;

  explicit InterruptCheck(GoOn go_on);
  ~InterruptCheck();
  InterruptCheck(const InterruptCheck&) = delete;
  InterruptCheck& operator=(const InterruptCheck&) = delete;

  // That of this thread, or null.
  static const GoOn* OfThread();

 private:
  const GoOn go_on_;
  const GoOn* const outer_;
};

// While it lives, SIGINT and SIGTERM print "TOOL: TEXT" before they end the
// process as they do. Signals that the program handles or ignores stay so. One
// at a time.
class InterruptHint {
 public:
  explicit InterruptHint(absl::string_view text);
  ~InterruptHint();
  InterruptHint(const InterruptHint&) = delete;
  InterruptHint& operator=(const InterruptHint&) = delete;

 private:
  std::string line_;
  const bool wanted_;
};

}  // namespace tessera

#endif  // APP_INTERRUPT_HINT_H_
