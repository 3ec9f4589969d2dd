#include "formats/arena/placement.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/arena/arena_constants.h"
#include "formats/arena/extent.h"

namespace tessera {
namespace {

// Hashes cover whole pages, whatever length a writer chooses.
constexpr uint64_t kChunkGranularity = 4096;

template <typename... Args>
absl::Status BadSection(int index, const Args&... args) {
  return absl::DataLossError(absl::StrCat("section ", index, ": ", args...));
}

absl::Status CheckChunks(int index, const Section& section) {
  if (section.chunk_bytes() == 0 ||
      section.chunk_bytes() % kChunkGranularity != 0) {
    return BadSection(index, "chunks of ", section.chunk_bytes(),
                      " bytes, expected a positive multiple of ",
                      kChunkGranularity);
  }
  const uint64_t chunks =
      CeilDiv(section.extent().size(), section.chunk_bytes());
  if (CheckedMul(chunks, kXxh128Bytes) != section.chunk_xxh128().size()) {
    return BadSection(index, section.chunk_xxh128().size(),
                      " bytes of hashes, expected ", kXxh128Bytes,
                      " for each of ", chunks, " chunks");
  }
  return absl::OkStatus();
}

absl::Status CheckSection(int index, const Section& section,
                          const ArenaHeader& header) {
  if (section.kind() == Section::KIND_UNSPECIFIED) {
    return BadSection(index, "has no kind");
  }
  if (!Section::Kind_IsValid(section.kind())) {
    return absl::UnimplementedError(absl::StrCat(
        "section ", index, ": kind ", static_cast<int>(section.kind()),
        " is not known; use a newer Tessera"));
  }
  const Extent& extent = section.extent();
  if (extent.size() == 0 || extent.offset() % kSectionAlignment != 0 ||
      extent.size() % kSectionAlignment != 0) {
    return BadSection(index, "offset ", extent.offset(), " and size ",
                      extent.size(), " are not both multiples of ",
                      kSectionAlignment);
  }
  if (!IsValid(extent) || extent.offset() < kSectionAlignment ||
      EndOf(extent) > header.manifest_offset) {
    return BadSection(index, "extent ", ExtentText(extent), " is not in [",
                      kSectionAlignment, ", ", header.manifest_offset,
                      "), between header and manifest");
  }
  return CheckChunks(index, section);
}

bool ByExtent(const Extent& a, const Extent& b) {
  return a.offset() != b.offset() ? a.offset() < b.offset()
                                  : a.size() < b.size();
}

absl::Status CheckInSection(const Manifest& manifest,
                            const StoredTensor& tensor) {
  const uint32_t index = tensor.proto->section();
  if (index >= static_cast<uint32_t>(manifest.sections_size())) {
    return absl::DataLossError(
        absl::StrCat("tensor ", Quoted(tensor.name()), ": in section ", index,
                     ", but there are ", manifest.sections_size()));
  }
  const Extent& section = manifest.sections(index).extent();
  if (!Contains(section, tensor.proto->extent())) {
    return absl::DataLossError(
        absl::StrCat("tensor ", Quoted(tensor.name()), ": extent ",
                     ExtentText(tensor.proto->extent()), " is not in section ",
                     index, ", ", ExtentText(section)));
  }
  return absl::OkStatus();
}

absl::Status Collision(const StoredTensor& a, const StoredTensor& b) {
  return absl::DataLossError(
      absl::StrCat("tensors ", Quoted(a.name()), " and ", Quoted(b.name()),
                   ": extents ", ExtentText(a.proto->extent()), " and ",
                   ExtentText(b.proto->extent()), " overlap"));
}

bool SameGroup(const StoredTensor& a, const StoredTensor& b) {
  return !a.proto->fused_group().empty() &&
         a.proto->fused_group() == b.proto->fused_group() &&
         a.proto->extent().offset() == b.proto->extent().offset() &&
         a.proto->extent().size() == b.proto->extent().size();
}

// A fused group has one extent, not one per member.
absl::Status CheckGroupsHaveOneExtent(absl::Span<const StoredTensor> tensors) {
  absl::flat_hash_map<absl::string_view, const StoredTensor*> first_members;
  for (const StoredTensor& tensor : tensors) {
    const std::string& group = tensor.proto->fused_group();
    if (group.empty()) continue;
    const StoredTensor* first =
        first_members.try_emplace(group, &tensor).first->second;
    if (SameGroup(*first, tensor)) continue;
    return absl::DataLossError(absl::StrCat(
        "tensors ", Quoted(first->name()), " and ", Quoted(tensor.name()),
        ": extents ", ExtentText(first->proto->extent()), " and ",
        ExtentText(tensor.proto->extent()),
        " differ, but both are in fused group ", Quoted(group)));
  }
  return absl::OkStatus();
}

// `members` have the same extent and the same group.
absl::Status CheckGroup(absl::Span<const StoredTensor* const> members) {
  if (members.size() > kMaxFusedGroupMembers) {
    return absl::DataLossError(
        absl::StrCat("fused group ", Quoted(members[0]->proto->fused_group()),
                     " has ", members.size(), " members, at most ",
                     kMaxFusedGroupMembers, " are allowed"));
  }
  for (size_t i = 0; i < members.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (RowTilesAreDisjoint(*members[j], *members[i])) continue;
      return absl::DataLossError(absl::StrCat(
          "tensors ", Quoted(members[j]->name()), " and ",
          Quoted(members[i]->name()), ": row tiles overlap in fused group ",
          Quoted(members[i]->proto->fused_group())));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool RowTilesAreDisjoint(const StoredTensor& a, const StoredTensor& b) {
  if (a.file_offset > b.file_offset) return RowTilesAreDisjoint(b, a);
  if (a.SpanBytes() == 0 || b.SpanBytes() == 0) return true;
  if (a.file_offset + a.SpanBytes() <= b.file_offset) return true;
  // Alternating: b's tiles fit in the gaps between a's.
  const uint64_t stride = a.layout.row_tile_stride;
  if (stride != b.layout.row_tile_stride) return false;
  const uint64_t gap = (b.file_offset - a.file_offset) % stride;
  return a.layout.row_tile_bytes <= gap &&
         b.layout.row_tile_bytes <= stride - gap;
}

absl::Status CheckSections(const Manifest& manifest,
                           const ArenaHeader& header) {
  std::vector<int> order(manifest.sections_size());
  for (int i = 0; i < manifest.sections_size(); ++i) {
    TESSERA_RETURN_IF_ERROR(CheckSection(i, manifest.sections(i), header));
    order[i] = i;
  }
  std::sort(order.begin(), order.end(), [&manifest](int a, int b) {
    return ByExtent(manifest.sections(a).extent(),
                    manifest.sections(b).extent());
  });
  for (size_t i = 1; i < order.size(); ++i) {
    const Extent& before = manifest.sections(order[i - 1]).extent();
    const Extent& after = manifest.sections(order[i]).extent();
    if (Overlap(before, after)) {
      return BadSection(order[i], "extent ", ExtentText(after),
                        " overlaps section ", order[i - 1], ", ",
                        ExtentText(before));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPlacement(const Manifest& manifest,
                            absl::Span<const StoredTensor> tensors) {
  std::vector<const StoredTensor*> order;
  for (const StoredTensor& tensor : tensors) {
    TESSERA_RETURN_IF_ERROR(CheckInSection(manifest, tensor));
    // Nothing lies in an empty extent, so nothing can collide with it.
    if (tensor.proto->extent().size() != 0) order.push_back(&tensor);
  }
  TESSERA_RETURN_IF_ERROR(CheckGroupsHaveOneExtent(tensors));
  std::stable_sort(order.begin(), order.end(),
                   [](const StoredTensor* a, const StoredTensor* b) {
                     return ByExtent(a->proto->extent(), b->proto->extent());
                   });
  // Sorted by offset, the first overlap is between neighbours.
  size_t group = 0;
  for (size_t i = 1; i <= order.size(); ++i) {
    if (i < order.size() && SameGroup(*order[group], *order[i])) continue;
    TESSERA_RETURN_IF_ERROR(
        CheckGroup(absl::MakeConstSpan(order).subspan(group, i - group)));
    if (i < order.size() &&
        Overlap(order[group]->proto->extent(), order[i]->proto->extent())) {
      return Collision(*order[group], *order[i]);
    }
    group = i;
  }
  return absl::OkStatus();
}

}  // namespace tessera
