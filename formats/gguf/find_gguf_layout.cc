#include "formats/gguf/find_gguf_layout.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_writer.h"

namespace tessera {
namespace {

// Runs of bytes that are as expected and shorter than this do not end a patch.
constexpr uint64_t kShortRun = 16;

// Adds patches for the bytes [begin, end) of `file` that are not those of
// `expected`, which are zeros where it ends.
class PatchFinder {
 public:
  PatchFinder(absl::Span<const uint8_t> file, absl::string_view expected)
      : file_(file), expected_(expected) {}

  absl::Status Compare(uint64_t begin, uint64_t end);

  std::vector<GgufPatch> Take() { return std::move(patches_); }

 private:
  bool IsExpected(uint64_t at) const {
    return file_[at] ==
           (at < expected_.size() ? static_cast<uint8_t>(expected_[at]) : 0);
  }

  const absl::Span<const uint8_t> file_;
  const absl::string_view expected_;
  std::vector<GgufPatch> patches_;
  uint64_t bytes_ = 0;
};

absl::Status PatchFinder::Compare(uint64_t begin, uint64_t end) {
  for (uint64_t at = begin; at < end; ++at) {
    if (IsExpected(at)) continue;
    uint64_t last = at;
    for (uint64_t next = at; next < end && next - last <= kShortRun; ++next) {
      if (!IsExpected(next)) last = next;
      if (next - at > kMaxGgufPatchBytes) break;
    }
    bytes_ += last + 1 - at;
    if (bytes_ > kMaxGgufPatchBytes) {
      return absl::UnimplementedError(
          absl::StrCat("it holds more than ", kMaxGgufPatchBytes,
                       " bytes that belong to no tensor"));
    }
    patches_.push_back(
        {at, std::string(reinterpret_cast<const char*>(&file_[at]),
                         last + 1 - at)});
    at = last;
  }
  return absl::OkStatus();
}

// Of tensors with bytes, by their places.
std::vector<const GgufTensor*> InOrder(const GgufFile& gguf) {
  std::vector<const GgufTensor*> tensors;
  for (const GgufTensor& tensor : gguf.tensors) {
    if (tensor.size != 0) tensors.push_back(&tensor);
  }
  std::sort(tensors.begin(), tensors.end(),
            [](const GgufTensor* a, const GgufTensor* b) {
              return a->offset < b->offset;
            });
  return tensors;
}

bool AreInSamePlaces(const std::vector<GgufTensor>& a,
                     const std::vector<GgufTensor>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].size != 0 && a[i].offset != b[i].offset) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::optional<GgufLayout>> FindGgufLayout(
    absl::Span<const uint8_t> file, const GgufFile& gguf) {
  TESSERA_ASSIGN_OR_RETURN(GgufHeader header,
                           EncodeGgufHeader(gguf.metadata, gguf.tensors));
  GgufLayout layout;
  layout.version = gguf.version;
  layout.file_size = file.size();
  const bool usual_size = header.file_size == layout.file_size;
  if (!AreInSamePlaces(gguf.tensors, header.tensors)) {
    for (const GgufTensor& tensor : gguf.tensors) {
      // One of no bytes may be clamped to the end of a file without padding.
      layout.offsets.push_back(tensor.offset -
                               std::min(tensor.offset, gguf.data_offset));
    }
  }
  TESSERA_ASSIGN_OR_RETURN(
      header, EncodeGgufHeader(gguf.metadata, gguf.tensors, &layout));
  PatchFinder patches(file, header.bytes);
  uint64_t at = 0;
  for (const GgufTensor* tensor : InOrder(gguf)) {
    TESSERA_RETURN_IF_ERROR(patches.Compare(at, tensor->offset));
    at = tensor->offset + tensor->size;
  }
  TESSERA_RETURN_IF_ERROR(patches.Compare(at, file.size()));
  layout.patches = patches.Take();
  const bool usual = usual_size && layout.version == kGgufNewestVersion &&
                     layout.offsets.empty() && layout.patches.empty();
  if (usual) return std::nullopt;
  return layout;
}

}  // namespace tessera
