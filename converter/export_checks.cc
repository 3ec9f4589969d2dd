#include "converter/export_checks.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "formats/model/architecture.h"
#include "formats/quant/non_finite.h"

namespace tessera {

absl::Status CheckConfigIsUnderstood(const WeightSource& arena) {
  if (!arena.model.has_value() || arena.model->not_understood().empty() ||
      FindArchitecture(arena.model->model_type()) == nullptr) {
    return absl::OkStatus();
  }
  return absl::UnimplementedError(
      absl::StrCat(arena.model->not_understood(0),
                   "; a GGUF file without it would be another model"));
}

absl::Status CheckRowsAreFinite(const SourceTensor& tensor, uint64_t first,
                                absl::Span<const uint8_t> bytes) {
  const uint64_t row_bytes = *RowBytes(tensor.type, tensor.columns());
  for (uint64_t i = 0; i < bytes.size() / row_bytes; ++i) {
    const std::optional<uint64_t> column = FindNonFinite(
        tensor.type, bytes.data() + i * row_bytes, tensor.columns());
    if (!column.has_value()) continue;
    return absl::DataLossError(absl::StrCat(
        tensor.name, ", row ", first + i, ", column ", *column,
        ": the weight is NaN or infinite; --allow_nonfinite converts such "
        "weights as they are"));
  }
  return absl::OkStatus();
}

}  // namespace tessera
