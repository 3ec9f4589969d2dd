#include "bench/model_tensors.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "formats/model/shape.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

bool Has(const ModelConfig& model, const TensorSpec& spec) {
  if (!spec.optional || spec.part == TensorPart::kBias) return !spec.rare;
  return spec.role == TensorRole::kOutput && !model.tie_word_embeddings();
}

bool ReadBefore(const ModelTensor& a, const ModelTensor& b) {
  return std::tie(a.role, a.part) < std::tie(b.role, b.part);
}

}  // namespace

absl::StatusOr<std::vector<ModelTensor>> TensorsOf(const ModelConfig& model) {
  const Architecture* architecture = FindArchitecture(model.model_type());
  if (architecture == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown model_type ", Quoted(model.model_type())));
  }
  std::vector<ModelTensor> tensors;
  for (TensorSpecs specs : architecture->tensors) {
    for (const TensorSpec& spec : specs) {
      if (!Has(model, spec)) continue;
      std::optional<std::vector<uint64_t>> shape =
          ShapeOf(spec.role, spec.part, model);
      if (!shape.has_value() ||
          std::find(shape->begin(), shape->end(), 0) != shape->end()) {
        return absl::UnimplementedError(absl::StrCat(
            "model_type ", Quoted(model.model_type()), ": the shape of ",
            GgufName(spec.role, spec.part), " does not follow from it"));
      }
      tensors.push_back({spec.role, spec.part, *std::move(shape)});
    }
  }
  std::sort(tensors.begin(), tensors.end(), ReadBefore);
  return tensors;
}

}  // namespace tessera
