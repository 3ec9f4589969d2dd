// How a GGUF file differs from one that EncodeGgufHeader begins by itself: what
// it takes, besides metadata and tensors, to make the same file again.
#ifndef FORMATS_GGUF_GGUF_LAYOUT_H_
#define FORMATS_GGUF_GGUF_LAYOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "formats/gguf/gguf_constants.h"

namespace tessera {

// Bytes that belong to no tensor and are not what the writer would give.
struct GgufPatch {
  uint64_t offset = 0;  // in the file
  std::string bytes;
};

struct GgufLayout {
  uint32_t version = kGgufNewestVersion;
  // Of each tensor, from the start of the data section. Empty: one behind the
  // other, each on the next multiple of the alignment.
  std::vector<uint64_t> offsets;
  // llama.cpp pads the last tensor, too; other files end with their last byte
  // of data, or of the header if there is no data.
  uint64_t file_size = 0;
  std::vector<GgufPatch> patches;  // in the order of the file
};

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_LAYOUT_H_
