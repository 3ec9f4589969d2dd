#include "formats/gguf/gguf_tensor.h"

#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_constants.h"
#include "simdjson.h"

namespace tessera {
namespace {

// OK if tensors of this type have a size in GGUF.
absl::Status CheckType(const GgufTensor& tensor) {
  const uint32_t number = static_cast<uint32_t>(tensor.type);
  const DTypeTraits* traits = FindDType(tensor.type);
  const bool is_ours = number >= 1000;
  // 4 and 5 (Q4_2, Q4_3) went before the repacked types and have no name left.
  const bool was_removed =
      number == 4 || number == 5 ||
      (traits != nullptr && !is_ours && traits->block_elements == 0);
  if (traits != nullptr && !is_ours && !was_removed) return absl::OkStatus();
  absl::string_view why = "unknown to this version";
  if (traits != nullptr && is_ours) why = "not a type of GGUF";
  if (was_removed) {
    why = "removed from ggml; convert the model again from its original";
  }
  return absl::UnimplementedError(absl::StrCat(
      "tensor ", Quoted(tensor.name), " has type ",
      traits != nullptr ? std::string(traits->name) : absl::StrCat(number),
      ", which is ", why));
}

}  // namespace

absl::StatusOr<uint64_t> GgufTensorBytes(const GgufTensor& tensor) {
  TESSERA_RETURN_IF_ERROR(CheckType(tensor));
  if (tensor.shape.size() > kGgufMaxDimensions) {
    return absl::DataLossError(absl::StrCat(
        "tensor ", Quoted(tensor.name), " has ", tensor.shape.size(),
        " dimensions, expected at most ", kGgufMaxDimensions));
  }
  const std::string shape =
      absl::StrCat("[", absl::StrJoin(tensor.shape, ", "), "]");
  for (uint64_t dimension : tensor.shape) {
    // ggml's dimensions are signed.
    if (dimension > std::numeric_limits<int64_t>::max()) {
      return absl::DataLossError(
          absl::StrCat("tensor ", Quoted(tensor.name), " has shape ", shape,
                       ", expected dimensions below 2^63"));
    }
  }
  const uint64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
  const uint64_t block = FindDType(tensor.type)->block_elements;
  if (row % block != 0) {
    return absl::DataLossError(
        absl::StrCat("tensor ", Quoted(tensor.name), " has rows of ", row,
                     " weights, expected a multiple of ", block,
                     ", the block of ", DTypeName(tensor.type)));
  }
  const std::optional<uint64_t> bytes = TensorBytes(tensor.type, tensor.shape);
  if (!bytes.has_value()) {
    return absl::DataLossError(absl::StrCat("tensor ", Quoted(tensor.name),
                                            " has shape ", shape,
                                            ", whose size overflows 64 bits"));
  }
  return *bytes;
}

absl::Status CheckGgufName(absl::string_view kind, absl::string_view name,
                           uint64_t max_bytes) {
  if (name.empty()) return absl::DataLossError(absl::StrCat(kind, " is empty"));
  if (name.size() > max_bytes) {
    return absl::DataLossError(
        absl::StrCat(kind, " ", Quoted(name), " has ", name.size(),
                     " bytes, expected at most ", max_bytes));
  }
  if (name.find('\0') != absl::string_view::npos ||
      !simdjson::validate_utf8(name.data(), name.size())) {
    return absl::DataLossError(
        absl::StrCat(kind, " ", Quoted(name), " is not UTF-8 without NUL"));
  }
  return absl::OkStatus();
}

}  // namespace tessera
