// How many expressions and statements are within each other.
#ifndef RUNTIME_CHAT_EVALUATION_DEPTH_H_
#define RUNTIME_CHAT_EVALUATION_DEPTH_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// Counts one more while it lives, so that no template exhausts the stack.
class EvaluationDepth {
 public:
  explicit EvaluationDepth(int* depth) : depth_(*depth) { ++depth_; }
  ~EvaluationDepth() { --depth_; }
  EvaluationDepth(const EvaluationDepth&) = delete;
  EvaluationDepth& operator=(const EvaluationDepth&) = delete;

  absl::Status Check(const ValueHeap& heap) const {
    if (depth_ <= heap.limits().depth) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", heap.limits().depth,
                     " expressions, statements and calls within each other"));
  }

 private:
  int& depth_;
};

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_EVALUATION_DEPTH_H_
