// Encoder of GGUF headers.
#ifndef FORMATS_GGUF_GGUF_WRITER_H_
#define FORMATS_GGUF_GGUF_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "formats/gguf/gguf_layout.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/gguf/gguf_tensor.h"

namespace tessera {

// All of a GGUF file but its data. The file is `bytes`, then each tensor's
// bytes at its offset, zeros between them and up to file_size.
struct GgufHeader {
  std::string bytes;                // up to the start of the data section
  std::vector<GgufTensor> tensors;  // with offset and size
  uint64_t file_size = 0;
};

// Encodes the header of a file with `metadata` and `tensors`, whose offset and
// size are ignored and set in the result: data lies in the order of the
// tensors, each on the next multiple of the metadata's alignment, as llama.cpp
// requires it. InvalidArgument for anything that ParseGguf would refuse.
//
// `layout`, if not null, says otherwise: its version, its offsets and its file
// size are taken. Patches are left to the caller. InvalidArgument if a tensor
// would lie beyond the end of such a file.
absl::StatusOr<GgufHeader> EncodeGgufHeader(const GgufMetadata& metadata,
                                            std::vector<GgufTensor> tensors,
                                            const GgufLayout* layout = nullptr);

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_WRITER_H_
