#include "converter/source/compute_tensors.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/dtype/bfloat16.h"
#include "formats/dtype/float16.h"
#include "formats/model/rope_factors.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// Gives `tensor` the values, as a vector of F32.
void SetValues(std::vector<float> values, SourceTensor* tensor) {
  tensor->type = DType::kF32;
  tensor->shape = {values.size()};
  tensor->size = values.size() * sizeof(float);
  tensor->parts.clear();
  tensor->computed = std::move(values);
}

void AddFactors(TensorRole role, std::vector<float> factors,
                WeightSource* source) {
  if (factors.empty()) return;
  SourceTensor tensor;
  tensor.name = GgufName(role);
  tensor.source_name = "config.json: rope_scaling";
  SetValues(std::move(factors), &tensor);
  source->tensors.push_back(std::move(tensor));
}

template <typename T>
T LoadAt(const uint8_t* bytes, uint64_t index) {
  T value;
  std::memcpy(&value, bytes + index * sizeof(T), sizeof(T));
  return value;
}

// nullopt for a type that is no float.
std::optional<float> FloatAt(DType type, const uint8_t* bytes, uint64_t index) {
  switch (type) {
    case DType::kF32:
      return LoadAt<float>(bytes, index);
    case DType::kF16:
      return F16ToF32(LoadAt<uint16_t>(bytes, index));
    case DType::kBF16:
      return BF16ToF32(LoadAt<uint16_t>(bytes, index));
    default:
      return std::nullopt;
  }
}

bool IsNorm(const SourceTensor& tensor) {
  const std::optional<TensorName> name = ParseGgufName(tensor.name);
  return name.has_value() && name->part == TensorPart::kWeight &&
         InfoOf(name->role).rows == Dimension::kNone && tensor.computed.empty();
}

absl::Status AddOne(const WeightSource& source, SourceTensor* tensor) {
  std::vector<uint8_t> bytes(tensor->size);
  source.ReadRows(*tensor, 0, tensor->rows(), bytes.data());
  std::vector<float> values;
  for (uint64_t i = 0; i < tensor->columns() * tensor->rows(); ++i) {
    const std::optional<float> value = FloatAt(tensor->type, bytes.data(), i);
    if (!value.has_value()) {
      return absl::UnimplementedError(absl::StrCat(
          source.files[tensor->parts[0].file].path(), ": ", tensor->source_name,
          " is of type ", DTypeName(tensor->type),
          ", to which 1 cannot be added"));
    }
    values.push_back(*value + 1);
  }
  SetValues(std::move(values), tensor);
  return absl::OkStatus();
}

}  // namespace

absl::Status ComputeTensors(const HuggingFaceConfig& config,
                            WeightSource* source) {
  if (config.architecture->hugging_face_norms_lack_one) {
    for (SourceTensor& tensor : source->tensors) {
      if (IsNorm(tensor)) TESSERA_RETURN_IF_ERROR(AddOne(*source, &tensor));
    }
  }
  AddFactors(TensorRole::kRopeFactors, Llama3RopeFactors(config.model), source);
  AddFactors(TensorRole::kRopeFactorsLong, config.long_rope_factors.beyond,
             source);
  AddFactors(TensorRole::kRopeFactorsShort, config.long_rope_factors.within,
             source);
  return absl::OkStatus();
}

}  // namespace tessera
