// What is said when a signal ends a long piece of work.
#ifndef APP_INTERRUPT_HINT_H_
#define APP_INTERRUPT_HINT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// While it lives, SIGINT and SIGTERM print "TOOL: TEXT" before they end the
// process as they do. One at a time.
class InterruptHint {
 public:
  explicit InterruptHint(absl::string_view text);
  ~InterruptHint();
  InterruptHint(const InterruptHint&) = delete;
  InterruptHint& operator=(const InterruptHint&) = delete;

 private:
  std::string line_;
};

}  // namespace tessera

#endif  // APP_INTERRUPT_HINT_H_
