// Names of the files of a model that is split over several.
#ifndef FORMATS_SAFETENSORS_SHARD_NAME_H_
#define FORMATS_SAFETENSORS_SHARD_NAME_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// "model-00002-of-00003.safetensors"; with a variant behind the numbers,
// "model-00002-of-00003.fp16.safetensors".
struct ShardName {
  std::string stem;        // "model"
  uint64_t number = 0;     // 2
  size_t digits = 0;       // of the number as it is written: 5
  std::string count_text;  // "00003"
  uint64_t count = 0;      // 3
  std::string suffix;      // ".safetensors"

  // True for names of one set.
  bool IsOfSet(const ShardName& other) const {
    return stem == other.stem && count_text == other.count_text &&
           suffix == other.suffix;
  }
  // The name of another file of the set.
  std::string Of(uint64_t other_number) const;
};

// `name` has no folders. nullopt for one of another form, of no file, or of
// more than 100,000.
std::optional<ShardName> ParseShardName(absl::string_view name);

}  // namespace tessera

#endif  // FORMATS_SAFETENSORS_SHARD_NAME_H_
