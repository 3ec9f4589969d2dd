// model.safetensors.index.json: which tensor is in which file of a model that
// is split over several.
#ifndef FORMATS_SAFETENSORS_SAFETENSORS_INDEX_H_
#define FORMATS_SAFETENSORS_SAFETENSORS_INDEX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

struct SafetensorsIndex {
  struct Entry {
    std::string tensor;
    std::string shard;  // a plain file name, beside the index
  };
  std::vector<Entry> entries;       // weight_map, in the order of the file
  std::vector<std::string> shards;  // each once, sorted
  // metadata.total_size, bytes of all tensors; nullopt where it is missing or
  // no integer (nothing depends on it).
  std::optional<uint64_t> total_size;
};

// Parses the text of an index. DataLoss if it is not JSON of that form, names a
// tensor twice, has no tensor, or names a file that is not beside the index:
// empty, "." or "..", or with a slash, backslash or NUL in it.
absl::StatusOr<SafetensorsIndex> ParseSafetensorsIndex(absl::string_view text);

}  // namespace tessera

#endif  // FORMATS_SAFETENSORS_SAFETENSORS_INDEX_H_
