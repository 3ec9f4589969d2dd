// Parser of GGUF files.
#ifndef FORMATS_GGUF_GGUF_READER_H_
#define FORMATS_GGUF_GGUF_READER_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/gguf/gguf_tensor.h"

namespace tessera {

// A parsed file. Metadata values refer to the parsed bytes, which must outlive
// it; keys and tensors do not.
struct GgufFile {
  uint32_t version = 0;
  uint32_t alignment = 0;
  GgufMetadata metadata;
  std::vector<GgufTensor> tensors;  // in the order of the file
  // Where the data section starts: behind the header, rounded up to the
  // alignment. Beyond the end of a file that has no data and no padding.
  uint64_t data_offset = 0;
};

// Parses `file`, a whole GGUF file of version 2 or 3, little-endian. Tensor
// data is not read.
//
// On success every tensor lies within the file (a tensor of zero bytes too),
// its offset is a multiple of the alignment, no two overlap, and names and keys
// are unique, UTF-8 and without NUL. Unlike llama.cpp, and like the
// specification, gaps and any order of the data are allowed. Time and memory
// are linear in the size of the header, whatever the counts in it say.
//
// DataLoss: damaged or cut short. Unimplemented: version 1 or a future one,
// big-endian, a tensor type that is unknown or was removed from ggml. Messages
// name the byte offset and the key or tensor.
absl::StatusOr<GgufFile> ParseGguf(absl::Span<const uint8_t> file);

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_READER_H_
