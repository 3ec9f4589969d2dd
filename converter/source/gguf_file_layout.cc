#include "converter/source/gguf_file_layout.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/checked_math.h"

namespace tessera {

GgufFileLayout GgufFileLayoutProto(const GgufLayout& layout, uint64_t tensors) {
  GgufFileLayout proto;
  proto.set_version(layout.version);
  proto.set_tensors(tensors);
  for (const uint64_t offset : layout.offsets) {
    proto.add_tensor_offsets(offset);
  }
  for (const GgufPatch& patch : layout.patches) {
    GgufFileLayout::Patch& kept = *proto.add_patches();
    kept.set_offset(patch.offset);
    kept.set_bytes(patch.bytes);
  }
  return proto;
}

void KeepSplitMetadata(const GgufMetadata& metadata,
                       absl::Span<const SourceMetadata> kept,
                       GgufFileLayout* layout) {
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    SourceMetadata& own = *layout->add_metadata();
    own.set_key(entry.key);
    own.set_type(static_cast<uint32_t>(entry.value.type()));
    bool is_kept = false;
    for (const SourceMetadata& other : kept) {
      is_kept |= other.key() == entry.key;
    }
    if (is_kept) continue;
    const absl::Span<const uint8_t> raw = entry.value.raw();
    own.set_value(raw.data(), raw.size());
  }
}

absl::StatusOr<GgufLayout> GgufLayoutOf(const GgufFileLayout& proto,
                                        uint64_t file_size) {
  GgufLayout layout;
  layout.version = proto.version();
  if (layout.version < kGgufOldestVersion ||
      layout.version > kGgufNewestVersion) {
    return absl::DataLossError(
        absl::StrCat("a source file of GGUF version ", layout.version));
  }
  layout.offsets.assign(proto.tensor_offsets().begin(),
                        proto.tensor_offsets().end());
  layout.file_size = file_size;
  for (const GgufFileLayout::Patch& patch : proto.patches()) {
    if (!ExtentFits(patch.offset(), patch.bytes().size(), file_size)) {
      return absl::DataLossError(
          absl::StrCat("a patch of ", patch.bytes().size(), " bytes at ",
                       patch.offset(), " of a file of ", file_size));
    }
    layout.patches.push_back({patch.offset(), patch.bytes()});
  }
  return layout;
}

}  // namespace tessera
