// Models that are split over several GGUF files, as gguf-split writes them.
#ifndef FORMATS_GGUF_GGUF_SPLIT_H_
#define FORMATS_GGUF_GGUF_SPLIT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/gguf/gguf_reader.h"

namespace tessera {

// The parts of a name like "llama-00002-of-00005.gguf".
struct GgufSplitName {
  std::string prefix;   // "llama"; folders stay in it
  uint32_t number = 0;  // 2; the first file has 1
  uint32_t count = 0;   // 5
};

// Takes `file_name` apart, or nullopt if it is not named so: five digits each,
// 1 <= number <= count.
std::optional<GgufSplitName> ParseGgufSplitName(absl::string_view file_name);

// The names of all files of the set that `name` belongs to, in order.
std::vector<std::string> GgufSplitFileNames(const GgufSplitName& name);

// What a file of a set says about the set.
struct GgufSplitInfo {
  uint32_t number = 0;        // split.no, from 0
  uint32_t count = 0;         // split.count, 2 or more
  uint64_t tensor_count = 0;  // split.tensors.count, over all files
};

// Reads the keys. nullopt for a file that is not split: split.count missing, 0
// (gguf-split writes that when it merges) or 1. DataLoss if the keys are
// incomplete or do not agree with each other.
absl::StatusOr<std::optional<GgufSplitInfo>> ReadGgufSplitInfo(
    const GgufFile& file);

// The keys of a file of a set.
inline constexpr absl::string_view kGgufSplitKeys[] = {
    "split.no", "split.count", "split.tensors.count"};

// Sets them at the end of `metadata`, in the types and the order in which
// llama-gguf-split has them.
void SetGgufSplitKeys(const GgufSplitInfo& info, GgufMetadata* metadata);

// The metadata of the one file that llama-gguf-split --merge makes of a set,
// from that of its first file: split.count is 0, and stands at the end.
void SetGgufMergedKeys(GgufMetadata* metadata);

// OK if `files` are one model: a single file that is not split, or all files of
// one set, in order, with the right number of tensors and none twice. DataLoss
// otherwise; messages count files from 1. Null stands for a file that is
// missing; then the number of tensors may be any.
absl::Status CheckGgufSplits(absl::Span<const GgufFile* const> files);

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_SPLIT_H_
