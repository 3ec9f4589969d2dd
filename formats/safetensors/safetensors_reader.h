// Parser of safetensors files.
#ifndef FORMATS_SAFETENSORS_SAFETENSORS_READER_H_
#define FORMATS_SAFETENSORS_SAFETENSORS_READER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "formats/dtype/dtype.h"

namespace tessera {

struct SafetensorsTensor {
  std::string name;
  DType type;
  std::vector<uint64_t> shape;  // outermost dimension first; empty: a scalar
  // Bytes [offset, offset + size) of the file. Not aligned to anything: old
  // writers did not pad the header.
  uint64_t offset = 0;
  uint64_t size = 0;
};

// A parsed file; refers to nothing outside.
struct SafetensorsFile {
  std::map<std::string, std::string> metadata;  // __metadata__
  std::vector<SafetensorsTensor> tensors;       // by offset
  uint64_t data_offset = 0;
};

// True if `file` begins as a safetensors file does, which has no magic number:
// with the length of its header, in 8 bytes, and "{".
bool LooksLikeSafetensors(absl::Span<const uint8_t> file);

// Parses `file`, a whole safetensors file: the length of the header (8 bytes),
// the header (JSON), the data. Tensor data is not read.
//
// As strict as the format's own implementation in Rust (safetensors/src/
// tensor.rs): the header has 2 to 100,000,000 bytes, starts with '{' and may
// end with white space; tensors follow each other without gap from the first
// byte of the data to the last, each of the size of its shape. Stricter with
// keys that occur twice, which are refused.
//
// DataLoss: damaged or cut short. Unimplemented: a dtype that the format did
// not have when this was written. Messages name the tensor.
absl::StatusOr<SafetensorsFile> ParseSafetensors(
    absl::Span<const uint8_t> file);

}  // namespace tessera

#endif  // FORMATS_SAFETENSORS_SAFETENSORS_READER_H_
