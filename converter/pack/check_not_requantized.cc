#include "converter/pack/check_not_requantized.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace tessera {

// Errors of two quantizations add up, and the second cannot know the first.
absl::Status CheckNotRequantized(const WeightSource& source,
                                 absl::Span<const DType> types) {
  uint64_t count = 0;
  size_t first = 0;
  for (size_t i = 0; i < source.tensors.size(); ++i) {
    const DType from = source.tensors[i].type;
    if (types[i] == from || !IsQuantized(from) || !IsQuantized(types[i])) {
      continue;
    }
    if (count++ == 0) first = i;
  }
  if (count == 0) return absl::OkStatus();
  const SourceTensor& tensor = source.tensors[first];
  const std::string path =
      source.files.empty() ? "" : source.files[0].path() + ": ";
  return absl::InvalidArgumentError(absl::StrCat(
      path, tensor.source_name, " is quantized already, to ",
      DTypeName(tensor.type), ", and would be again, to ",
      DTypeName(types[first]), " (", count,
      " such tensors), which adds to its errors; convert the original weights, "
      "or give --allow_requantize"));
}

}  // namespace tessera
