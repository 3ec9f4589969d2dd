// The weights of a model, by role.
#ifndef RUNTIME_MODEL_MODEL_WEIGHTS_H_
#define RUNTIME_MODEL_MODEL_WEIGHTS_H_

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"
#include "formats/model/tensor_role.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/loader/tensor_view.h"
#include "runtime/ops/matmul.h"

namespace tessera {

// The tensors of a layer, or those outside of layers. Immutable once filled.
class RoleWeights {
 public:
  // The matrix of `role`; null if the model has none.
  const Matrix* FindMatrix(TensorRole role) const {
    const int16_t index = matrix_[static_cast<size_t>(role)];
    return index < 0 ? nullptr : &matrices_[index];
  }

  // A matrix that the model is known to have.
  const Matrix& matrix(TensorRole role) const { return *FindMatrix(role); }

  // The norm, all its rows, or the bias of `role`; empty if the model has none.
  absl::Span<const float> vector(TensorRole role,
                                 TensorPart part = TensorPart::kWeight) const {
    return vectors_[static_cast<size_t>(part)][static_cast<size_t>(role)];
  }

  // Calls visit(role, part) for all of them.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const TensorRoleInfo& info : AllTensorRoles()) {
      if (FindMatrix(info.role) != nullptr) {
        visit(info.role, TensorPart::kWeight);
      }
      for (const TensorPart part : {TensorPart::kWeight, TensorPart::kBias}) {
        if (!vector(info.role, part).empty()) visit(info.role, part);
      }
    }
  }

  absl::Span<const Matrix> matrices() const { return matrices_; }

  void SetMatrix(TensorRole role, const Matrix& matrix);
  void SetVector(TensorRole role, TensorPart part,
                 absl::Span<const float> values);

  RoleWeights() { matrix_.fill(-1); }

 private:
  std::vector<Matrix> matrices_;
  std::array<int16_t, kTensorRoleCount> matrix_;
  std::array<std::array<absl::Span<const float>, kTensorRoleCount>, 2> vectors_;
};

// Matrices point into the loaded arena, and so do vectors that are stored in
// float32: nothing of them is read before it is used. Immutable and
// thread-safe; movable.
struct ModelWeights {
  ModelWeights() = default;
  ModelWeights(ModelWeights&&) = default;
  ModelWeights& operator=(ModelWeights&&) = default;

  RoleWeights model;  // outside of layers
  std::vector<RoleWeights> layers;

  std::deque<std::vector<float>> converted;  // vectors of other types

  const Matrix& embedding() const;
  // A row for each position; null if the model has no such embedding.
  const Matrix* position_embedding() const;
  // The matrix that makes logits: the embedding if there is no other.
  const Matrix& output() const;

  // Bytes of all matrices that are read to compute one token.
  uint64_t bytes_per_token() const;

  // The largest ScratchBytes of all matrices.
  uint64_t scratch_bytes() const;
};

// Finds the tensors that `architecture` lists among `tensors`. As
// FindTensorProblem if one is missing or has another shape than `model` gives
// it; Unimplemented if there are tensors that the architecture does not have,
// or that have no kernel, since leaving them out would give wrong answers.
absl::StatusOr<ModelWeights> FindModelWeights(
    const Architecture& architecture, const ModelConfig& model,
    absl::Span<const TensorView> tensors, const KernelTable& kernels,
    bool exact);

}  // namespace tessera

#endif  // RUNTIME_MODEL_MODEL_WEIGHTS_H_
