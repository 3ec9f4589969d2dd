#include "formats/arena/attachment.h"

#include <zstd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/arena/arena_constants.h"
#include "formats/arena/extent.h"

namespace tessera {
namespace {

// A tokenizer of 17 MB shrinks to a fifth in a tenth of a second; higher levels
// gain little and take seconds.
constexpr int kCompressionLevel = 3;

template <typename... Args>
absl::Status Damaged(const Attachment& attachment, const Args&... args) {
  return absl::DataLossError(
      absl::StrCat("attachment ", Quoted(attachment.name()), ": ", args...));
}

absl::Span<const uint8_t> AsBytes(absl::string_view text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()),
                             text.size());
}

absl::Span<const uint8_t> StoredBytes(const Attachment& attachment,
                                      absl::Span<const uint8_t> file) {
  return file.subspan(attachment.extent().offset(), attachment.extent().size());
}

bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxAttachmentNameBytes &&
         name.find('/') == absl::string_view::npos;
}

absl::Status CheckFields(const Attachment& attachment) {
  if (!IsName(attachment.name())) {
    return Damaged(attachment, "is no name of 1 to ", kMaxAttachmentNameBytes,
                   " bytes without folders");
  }
  if (attachment.size() > kMaxAttachmentBytes) {
    return Damaged(attachment, "has ", attachment.size(), " bytes, at most ",
                   kMaxAttachmentBytes, " are allowed");
  }
  if (attachment.xxh128().size() != kXxh128Bytes) {
    return Damaged(attachment, "hash has ", attachment.xxh128().size(),
                   " bytes, expected ", kXxh128Bytes);
  }
  return absl::OkStatus();
}

absl::Status CheckPlace(const Manifest& manifest,
                        const Attachment& attachment) {
  const Extent& extent = attachment.extent();
  if (!IsValid(extent) || extent.size() == 0 ||
      extent.offset() % kTensorAlignment != 0) {
    return Damaged(attachment, "extent ", ExtentText(extent),
                   " is empty or starts at no multiple of ", kTensorAlignment);
  }
  for (const Section& section : manifest.sections()) {
    if (section.kind() == Section::KIND_COLD &&
        Contains(section.extent(), extent)) {
      return absl::OkStatus();
    }
  }
  return Damaged(attachment, "extent ", ExtentText(extent),
                 " is in no cold section");
}

// Something that takes up bytes.
struct Place {
  Extent extent;
  const Attachment* attachment;  // null: a tensor's
};

absl::Status CheckDisjoint(const Manifest& manifest) {
  std::vector<Place> places;
  for (const Tensor& tensor : manifest.tensors()) {
    if (tensor.extent().size() == 0) continue;
    places.push_back({tensor.extent(), nullptr});
  }
  for (const Attachment& attachment : manifest.attachments()) {
    places.push_back({attachment.extent(), &attachment});
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.extent.offset() < b.extent.offset();
  });
  // Extents of tensors are disjoint or equal; so the first overlap with an
  // attachment is between neighbours.
  for (size_t i = 1; i < places.size(); ++i) {
    const Place& before = places[i - 1];
    const Place& after = places[i];
    const Attachment* attachment =
        after.attachment != nullptr ? after.attachment : before.attachment;
    if (attachment == nullptr || !Overlap(before.extent, after.extent)) {
      continue;
    }
    return Damaged(*attachment, "extents ", ExtentText(before.extent), " and ",
                   ExtentText(after.extent), " overlap");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PackedAttachment> PackAttachment(absl::string_view name,
                                                absl::string_view content) {
  if (!IsName(name) || content.size() > kMaxAttachmentBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", content.size(),
                     " bytes cannot be attached under this name; at most ",
                     kMaxAttachmentBytes, " can"));
  }
  PackedAttachment packed;
  packed.name = std::string(name);
  packed.size = content.size();
  packed.xxh128 = Xxh128(AsBytes(content));
  packed.stored.resize(ZSTD_compressBound(content.size()));
  const size_t size =
      ZSTD_compress(packed.stored.data(), packed.stored.size(), content.data(),
                    content.size(), kCompressionLevel);
  if (ZSTD_isError(size)) {
    return absl::InternalError(
        absl::StrCat(name, ": zstd: ", ZSTD_getErrorName(size)));
  }
  packed.stored.resize(size);
  packed.stored.shrink_to_fit();
  return packed;
}

Attachment AttachmentProto(const PackedAttachment& packed, uint64_t offset) {
  Attachment attachment;
  attachment.set_name(packed.name);
  *attachment.mutable_extent() = MakeExtent(offset, packed.stored.size());
  attachment.set_size(packed.size);
  attachment.set_xxh128(packed.xxh128);
  return attachment;
}

const Attachment* FindAttachment(const Manifest& manifest,
                                 absl::string_view name) {
  for (const Attachment& attachment : manifest.attachments()) {
    if (attachment.name() == name) return &attachment;
  }
  return nullptr;
}

absl::StatusOr<std::string> ReadAttachment(const Attachment& attachment,
                                           absl::Span<const uint8_t> file) {
  if (EndOf(attachment.extent()) > file.size()) {
    return Damaged(attachment, "extent ", ExtentText(attachment.extent()),
                   " is beyond the file's ", file.size(), " bytes");
  }
  const absl::Span<const uint8_t> stored = StoredBytes(attachment, file);
  if (ZSTD_getFrameContentSize(stored.data(), stored.size()) !=
      attachment.size()) {
    return Damaged(attachment, "is no zstd frame of ", attachment.size(),
                   " bytes");
  }
  std::string content(attachment.size(), '\0');
  const size_t size = ZSTD_decompress(content.data(), content.size(),
                                      stored.data(), stored.size());
  if (ZSTD_isError(size) || size != content.size()) {
    return Damaged(
        attachment, "zstd frame is damaged: ",
        ZSTD_isError(size) ? ZSTD_getErrorName(size) : "short frame");
  }
  if (Xxh128(AsBytes(content)) != attachment.xxh128()) {
    return Damaged(attachment, "its XXH128 differs from the manifest's");
  }
  return content;
}

PackedAttachment StoredAttachment(const Attachment& attachment,
                                  absl::Span<const uint8_t> file) {
  const absl::Span<const uint8_t> stored = StoredBytes(attachment, file);
  PackedAttachment packed;
  packed.name = attachment.name();
  packed.size = attachment.size();
  packed.xxh128 = attachment.xxh128();
  packed.stored.assign(stored.begin(), stored.end());
  return packed;
}

absl::Status CheckAttachments(const Manifest& manifest) {
  if (manifest.attachments_size() > kMaxAttachments) {
    return absl::DataLossError(absl::StrCat(
        "manifest: ", manifest.attachments_size(), " attachments, at most ",
        kMaxAttachments, " are allowed"));
  }
  absl::flat_hash_set<absl::string_view> names;
  for (const Attachment& attachment : manifest.attachments()) {
    TESSERA_RETURN_IF_ERROR(CheckFields(attachment));
    TESSERA_RETURN_IF_ERROR(CheckPlace(manifest, attachment));
    if (!names.insert(attachment.name()).second) {
      return Damaged(attachment, "occurs twice");
    }
  }
  return manifest.attachments().empty() ? absl::OkStatus()
                                        : CheckDisjoint(manifest);
}

}  // namespace tessera
