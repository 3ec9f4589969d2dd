// A model's context that Python's threads share.
#ifndef PYTHON_EXTENSION_SHARED_CONTEXT_H_
#define PYTHON_EXTENSION_SHARED_CONTEXT_H_

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "runtime/capi/model_context.h"
#include "runtime/model/sequence.h"

namespace tessera {

// A context that Python's threads share: one uses it at a time, and others are
// refused, not kept waiting, since the one may be a callback of the other.
class SharedContext {
 public:
  explicit SharedContext(std::unique_ptr<ModelContext> context)
      : context_(std::move(context)) {}

  // While it lives, this thread alone uses the context. Throws RuntimeError if
  // another does, ValueError after Close().
  class Use {
   public:
    explicit Use(SharedContext& shared);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    ModelContext* operator->() const { return shared_.context_.get(); }
    const std::shared_ptr<ModelContext>& context() const {
      return shared_.context_;
    }

   private:
    SharedContext& shared_;
  };

  // Ends the context, once its sequences are gone, too.
  void Close();

  // Frees `sequence`, or leaves it to the thread that uses the context.
  void Free(std::unique_ptr<Sequence> sequence);

 private:
  bool TryTake() { return !busy_.test_and_set(std::memory_order_acquire); }
  void Return() { busy_.clear(std::memory_order_release); }
  void FreeThoseLeft();

  std::shared_ptr<ModelContext> context_;  // null: closed
  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Sequence>> left_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tessera

#endif  // PYTHON_EXTENSION_SHARED_CONTEXT_H_
