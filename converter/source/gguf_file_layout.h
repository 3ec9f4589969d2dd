// The layout of a GGUF file as a manifest keeps it.
#ifndef CONVERTER_SOURCE_GGUF_FILE_LAYOUT_H_
#define CONVERTER_SOURCE_GGUF_FILE_LAYOUT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "formats/arena/manifest.pb.h"
#include "formats/gguf/gguf_layout.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// `layout` of a file of so many tensors, without metadata.
GgufFileLayout GgufFileLayoutProto(const GgufLayout& layout, uint64_t tensors);

// Adds all of `metadata`, which one file of a split set has. What Source has
// too, `kept`, gets an empty value.
void KeepSplitMetadata(const GgufMetadata& metadata,
                       absl::Span<const SourceMetadata> kept,
                       GgufFileLayout* layout);

// The inverse. `file_size` is SourceFile's. DataLoss for what cannot be: from
// an arena that was made by hand.
absl::StatusOr<GgufLayout> GgufLayoutOf(const GgufFileLayout& proto,
                                        uint64_t file_size);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_FILE_LAYOUT_H_
