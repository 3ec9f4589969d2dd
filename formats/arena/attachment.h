// Files of the source that an arena keeps as they are: config.json,
// tokenizer.json, ... They lie in a cold section, compressed, so that opening
// an arena does not read them.
#ifndef FORMATS_ARENA_ATTACHMENT_H_
#define FORMATS_ARENA_ATTACHMENT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// An attachment that has no place yet.
struct PackedAttachment {
  std::string name;
  uint64_t size = 0;   // of the content
  std::string xxh128;  // of the content
  std::string stored;  // the zstd frame
};

// Compresses `content`. Equal contents give equal bytes. InvalidArgument for a
// name or a size that the format does not allow.
absl::StatusOr<PackedAttachment> PackAttachment(absl::string_view name,
                                                absl::string_view content);

// The manifest's form of `packed`, for bytes that lie at `offset`.
Attachment AttachmentProto(const PackedAttachment& packed, uint64_t offset);

// The attachment called `name`, or nullptr.
const Attachment* FindAttachment(const Manifest& manifest,
                                 absl::string_view name);

// The content. `file` is the whole arena, whose manifest, with `attachment`,
// has passed ParseArena. DataLoss, with the name, if the bytes are damaged: no
// frame of that size, or another hash. Allocates no more than the manifest
// says.
absl::StatusOr<std::string> ReadAttachment(const Attachment& attachment,
                                           absl::Span<const uint8_t> file);

// The same without reading: its bytes as they are stored.
PackedAttachment StoredAttachment(const Attachment& attachment,
                                  absl::Span<const uint8_t> file);

// Names, sizes and hashes are as the format has them, every extent lies in a
// cold section, on 64 bytes, and shares no byte with a tensor or another
// attachment. Sections have passed CheckSections, tensors CheckPlacement.
// DataLoss that names the attachment.
absl::Status CheckAttachments(const Manifest& manifest);

}  // namespace tessera

#endif  // FORMATS_ARENA_ATTACHMENT_H_
