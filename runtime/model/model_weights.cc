#include "runtime/model/model_weights.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_problem.h"

namespace tessera {
namespace {

bool IsMatrix(TensorRole role, TensorPart part) {
  return part == TensorPart::kWeight && InfoOf(role).rows != Dimension::kNone;
}

// As the converter asks, of arenas that no converter has asked about.
absl::Status CheckTensors(const Architecture& architecture,
                          const ModelConfig& model,
                          absl::Span<const TensorView> tensors) {
  std::vector<FoundTensor> found;
  for (const TensorView& tensor : tensors) {
    found.push_back({tensor.name, tensor.name, tensor.shape});
  }
  const auto problem = FindTensorProblem(
      architecture, model, found, /*hugging_face=*/false,
      [](absl::string_view field) { return std::string(field); });
  if (!problem.has_value()) return absl::OkStatus();
  return absl::Status(problem->code, problem->message);
}

// Finds tensors by name in the arena's list, and remembers which are left.
class WeightFinder {
 public:
  WeightFinder(absl::Span<const TensorView> tensors, const KernelTable& kernels,
               bool exact, ModelWeights* weights)
      : kernels_(kernels), exact_(exact), weights_(*weights) {
    for (const TensorView& tensor : tensors) {
      unused_.emplace(tensor.name, &tensor);
    }
  }

  // One tensor of layer `layer`, or outside of layers.
  absl::Status Find(const TensorSpec& spec, std::optional<uint64_t> layer,
                    RoleWeights* found);

  // Unimplemented if a tensor has not been found.
  absl::Status CheckAllUsed(const Architecture& architecture) const;

 private:
  absl::StatusOr<absl::Span<const float>> ReadVector(const TensorView& view);

  const KernelTable& kernels_;
  const bool exact_;
  ModelWeights& weights_;
  absl::flat_hash_map<absl::string_view, const TensorView*> unused_;
};

absl::Status WeightFinder::Find(const TensorSpec& spec,
                                std::optional<uint64_t> layer,
                                RoleWeights* found) {
  const std::string name =
      GgufName({.role = spec.role, .part = spec.part, .layer = layer});
  const auto entry = unused_.find(name);
  if (entry == unused_.end()) return absl::OkStatus();
  const TensorView& view = *entry->second;
  if (IsMatrix(spec.role, spec.part)) {
    TESSERA_ASSIGN_OR_RETURN(const Matrix matrix,
                             MakeMatrix(view, kernels_, exact_));
    found->SetMatrix(spec.role, matrix);
  } else {
    TESSERA_ASSIGN_OR_RETURN(const absl::Span<const float> values,
                             ReadVector(view));
    found->SetVector(spec.role, spec.part, values);
  }
  unused_.erase(entry);
  return absl::OkStatus();
}

absl::StatusOr<absl::Span<const float>> WeightFinder::ReadVector(
    const TensorView& view) {
  // A vector for each head is as good as one of all heads.
  int64_t size = 1;
  for (const uint64_t dimension : view.shape) {
    size *= static_cast<int64_t>(dimension);
  }
  if (view.type == DType::kF32 && view.layout.order == LayoutOrder::kRowMajor) {
    return absl::MakeConstSpan(reinterpret_cast<const float*>(view.data), size);
  }
  TESSERA_ASSIGN_OR_RETURN(const Matrix matrix,
                           MakeMatrix(view, kernels_, exact_));
  std::vector<uint8_t> scratch(ScratchBytes(matrix));
  std::vector<float>& converted = weights_.converted.emplace_back(size);
  const int64_t columns = matrix.columns();
  for (int64_t row = 0; row * columns < size; ++row) {
    DequantizeRow(matrix, row, scratch.data(),
                  converted.data() + row * columns);
  }
  return converted;
}

absl::Status WeightFinder::CheckAllUsed(
    const Architecture& architecture) const {
  if (unused_.empty()) return absl::OkStatus();
  const auto first = std::min_element(
      unused_.begin(), unused_.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  return absl::UnimplementedError(
      absl::StrCat("tensor ", Quoted(first->first), " has no place in a ",
                   architecture.name, " graph",
                   unused_.size() == 1
                       ? ""
                       : absl::StrCat(" (", unused_.size(), " such tensors)"),
                   "; this model cannot be run"));
}

// Calls function(spec) for all tensors of an architecture within layers, or
// outside of them, until one fails.
template <typename Function>
absl::Status ForEachSpec(const Architecture& architecture, bool in_layer,
                         Function function) {
  for (const TensorSpecs& specs : architecture.tensors) {
    for (const TensorSpec& spec : specs) {
      const bool is_in_layer = InfoOf(spec.role).place == TensorPlace::kLayer;
      if (is_in_layer == in_layer) TESSERA_RETURN_IF_ERROR(function(spec));
    }
  }
  return absl::OkStatus();
}

void ForEachMatrix(const ModelWeights& weights,
                   const std::function<void(const Matrix&)>& visit) {
  for (const RoleWeights& layer : weights.layers) {
    for (const Matrix& matrix : layer.matrices()) visit(matrix);
  }
  visit(weights.output());
}

}  // namespace

void RoleWeights::SetMatrix(TensorRole role, const Matrix& matrix) {
  matrix_[static_cast<size_t>(role)] = static_cast<int16_t>(matrices_.size());
  matrices_.push_back(matrix);
}

void RoleWeights::SetVector(TensorRole role, TensorPart part,
                            absl::Span<const float> values) {
  vectors_[static_cast<size_t>(part)][static_cast<size_t>(role)] = values;
}

const Matrix& ModelWeights::embedding() const {
  return model.matrix(TensorRole::kTokenEmbedding);
}

const Matrix* ModelWeights::position_embedding() const {
  return model.FindMatrix(TensorRole::kPositionEmbedding);
}

const Matrix& ModelWeights::output() const {
  const Matrix* output = model.FindMatrix(TensorRole::kOutput);
  return output != nullptr ? *output : embedding();
}

uint64_t ModelWeights::bytes_per_token() const {
  uint64_t sum = 0;
  ForEachMatrix(*this, [&sum](const Matrix& matrix) {
    const TensorLayout& layout = matrix.view.layout;
    sum += layout.row_tiles() * layout.row_tile_bytes;
  });
  return sum;
}

uint64_t ModelWeights::scratch_bytes() const {
  uint64_t largest = ScratchBytes(embedding());
  if (position_embedding() != nullptr) {
    largest = std::max(largest, ScratchBytes(*position_embedding()));
  }
  ForEachMatrix(*this, [&largest](const Matrix& matrix) {
    largest = std::max(largest, ScratchBytes(matrix));
  });
  return largest;
}

absl::StatusOr<ModelWeights> FindModelWeights(
    const Architecture& architecture, const ModelConfig& model,
    absl::Span<const TensorView> tensors, const KernelTable& kernels,
    bool exact) {
  TESSERA_RETURN_IF_ERROR(CheckTensors(architecture, model, tensors));
  ModelWeights weights;
  WeightFinder finder(tensors, kernels, exact, &weights);
  TESSERA_RETURN_IF_ERROR(
      ForEachSpec(architecture, /*in_layer=*/false, [&](const auto& spec) {
        return finder.Find(spec, std::nullopt, &weights.model);
      }));
  for (uint64_t i = 0; i < model.num_hidden_layers(); ++i) {
    RoleWeights& layer = weights.layers.emplace_back();
    TESSERA_RETURN_IF_ERROR(ForEachSpec(
        architecture, /*in_layer=*/true,
        [&](const auto& spec) { return finder.Find(spec, i, &layer); }));
  }
  TESSERA_RETURN_IF_ERROR(finder.CheckAllUsed(architecture));
  return weights;
}

}  // namespace tessera
