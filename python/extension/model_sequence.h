// Sequences of tokens that go through a model, for Python.
#ifndef PYTHON_EXTENSION_MODEL_SEQUENCE_H_
#define PYTHON_EXTENSION_MODEL_SEQUENCE_H_

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "python/extension/shared_context.h"
#include "runtime/capi/model_context.h"
#include "runtime/model/sequence.h"

namespace tessera {

// One sequence of a context, its own one if `own_` is null.
class ModelSequence {
 public:
  explicit ModelSequence(std::shared_ptr<SharedContext> shared)
      : shared_(std::move(shared)) {}
  ModelSequence(ModelSequence&&) = default;
  ~ModelSequence() {
    if (own_ != nullptr) shared_->Free(std::move(own_));
  }

  // Another one beside the context's own.
  static ModelSequence New(const std::shared_ptr<SharedContext>& shared) {
    ModelSequence sequence(shared);
    const SharedContext::Use use(*shared);
    sequence.context_ = use.context();
    sequence.own_ = use->decoder().NewSequence();
    return sequence;
  }

  SharedContext& shared() const { return *shared_; }
  Sequence& Get(const SharedContext::Use& use) const {
    return own_ == nullptr ? use->decoder().sequence() : *own_;
  }

  bool IsOf(const SharedContext& shared) const {
    return shared_.get() == &shared;
  }

 private:
  std::shared_ptr<SharedContext> shared_;
  std::shared_ptr<ModelContext> context_;  // outlives `own_`
  std::unique_ptr<Sequence> own_;
};

// Throws what Python's interpreter or a callback has to say, if there is
// anything, else what `status` says if it is not OK.
void ThrowIfEnded(const absl::Status& status);

// An array [rows][columns].
pybind11::array_t<float> NewRows(size_t rows, int64_t columns);

// Adds the class Sequence to `module`.
void BindModelSequence(pybind11::module_& module);

}  // namespace tessera

#endif  // PYTHON_EXTENSION_MODEL_SEQUENCE_H_
