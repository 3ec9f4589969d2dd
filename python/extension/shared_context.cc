#include "python/extension/shared_context.h"

#include <pybind11/pybind11.h>

#include <stdexcept>

namespace tessera {

SharedContext::Use::Use(SharedContext& shared) : shared_(shared) {
  if (!shared.TryTake()) {
    throw std::runtime_error(
        "the model is in use, by another thread or by the call that this one "
        "is a callback of; open a Model for each thread");
  }
  if (shared.context_ == nullptr) {
    shared.Return();
    throw pybind11::value_error("the model is closed");
  }
}

SharedContext::Use::~Use() {
  shared_.FreeThoseLeft();
  shared_.Return();
}

void SharedContext::Close() {
  if (context_ == nullptr) return;
  const Use use(*this);
  FreeThoseLeft();
  context_.reset();
}

void SharedContext::Free(std::unique_ptr<Sequence> sequence) {
  if (TryTake()) {
    sequence.reset();
    Return();
    return;
  }
  absl::MutexLock lock(&mutex_);
  left_.push_back(std::move(sequence));
}

void SharedContext::FreeThoseLeft() {
  absl::MutexLock lock(&mutex_);
  left_.clear();
}

}  // namespace tessera
