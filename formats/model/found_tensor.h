// A tensor as a file has it, and what may be wrong with it.
#ifndef FORMATS_MODEL_FOUND_TENSOR_H_
#define FORMATS_MODEL_FOUND_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

// A tensor of a file. Refers to its name and shape, which must outlive it.
struct FoundTensor {
  absl::string_view name;            // GGUF's, if it is known
  absl::string_view source_name;     // as the file spells it
  absl::Span<const uint64_t> shape;  // as GGUF has it, outermost first
  bool transposed = false;           // the file has it the other way round
};

// `message` begins with the tensor and has no path. kUnimplemented: the model
// seems to be whole, but in a form that is not known. kDataLoss: a tensor is
// missing, or it is none of the model's.
struct TensorProblem {
  absl::StatusCode code = absl::StatusCode::kDataLoss;
  std::string message;
  std::optional<size_t>
      tensor;  // which one it is about; nullopt: a missing one
};

// ", and 11 more"; "" for none.
inline std::string AndMore(uint64_t others) {
  return others == 0 ? "" : absl::StrCat(", and ", others, " more");
}

}  // namespace tessera

#endif  // FORMATS_MODEL_FOUND_TENSOR_H_
