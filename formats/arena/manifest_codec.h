// The manifest as bytes: protobuf, deterministically serialized, in one zstd
// frame.
#ifndef FORMATS_ARENA_MANIFEST_CODEC_H_
#define FORMATS_ARENA_MANIFEST_CODEC_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

struct EncodedManifest {
  std::vector<uint8_t> stored;
  uint64_t raw_bytes = 0;  // before compression
};

// The first minor version of the format that has all the fields of `manifest`,
// so that files which do without newer ones stay what they were.
uint32_t MinorVersionOf(const Manifest& manifest);

// Equal manifests give equal bytes. ResourceExhausted beyond kMaxManifestBytes.
absl::StatusOr<EncodedManifest> EncodeManifest(const Manifest& manifest);

// The inverse. `raw_bytes` is what the header says; DataLoss if the frame is
// damaged, says something else, or holds no manifest.
absl::StatusOr<Manifest> DecodeManifest(absl::Span<const uint8_t> stored,
                                        uint64_t raw_bytes);

}  // namespace tessera

#endif  // FORMATS_ARENA_MANIFEST_CODEC_H_
