// What a GGUF file says about one tensor.
#ifndef FORMATS_GGUF_GGUF_TENSOR_H_
#define FORMATS_GGUF_GGUF_TENSOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/dtype/dtype.h"

namespace tessera {

struct GgufTensor {
  std::string name;
  DType type;
  // Outermost dimension first, as everywhere in Tessera. The file stores the
  // reverse, ggml's ne: ne[0] is shape.back(), the length of a row. Empty for a
  // scalar.
  std::vector<uint64_t> shape;
  // Bytes [offset, offset + size) of the file, without padding.
  uint64_t offset = 0;
  uint64_t size = 0;
};

// The bytes of a tensor of `tensor`'s type and shape. Unimplemented for a type
// that GGUF does not have (any more); DataLoss for a row that is not whole
// blocks, more than 4 dimensions or a size beyond 64 bits. Messages name the
// tensor.
absl::StatusOr<uint64_t> GgufTensorBytes(const GgufTensor& tensor);

// The rule for metadata keys and tensor names: 1 to `max_bytes` bytes of UTF-8
// without NUL. `kind` begins the message of the DataLoss error.
absl::Status CheckGgufName(absl::string_view kind, absl::string_view name,
                           uint64_t max_bytes);

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_TENSOR_H_
