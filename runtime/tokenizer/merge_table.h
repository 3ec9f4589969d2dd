// The merges of byte pair encoding, found by the two tokens they join.
#ifndef RUNTIME_TOKENIZER_MERGE_TABLE_H_
#define RUNTIME_TOKENIZER_MERGE_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/tokenizer/vocabulary.h"

namespace tessera {

// Immutable after Create and thread-safe. About 30 bytes per merge.
class MergeTable {
 public:
  struct Merge {
    uint32_t rank = 0;   // of two merges that apply, the lower goes first
    int32_t result = 0;  // the token that replaces the two
  };

  // DataLoss if the lists have different lengths, an id is out of range, or a
  // merge gives a text that is no token. A merge that would give a control or
  // unknown token is left out: text must not forge those.
  static absl::StatusOr<std::unique_ptr<MergeTable>> Create(
      const TokenizerData& data, const Vocabulary& vocabulary);

  MergeTable(const MergeTable&) = delete;
  MergeTable& operator=(const MergeTable&) = delete;

  std::optional<Merge> Find(int32_t left, int32_t right) const {
    const auto found = merges_.find(KeyOf(left, right));
    if (found == merges_.end()) return std::nullopt;
    return found->second;
  }

 private:
  MergeTable() = default;

  absl::Status Build(const TokenizerData& data, const Vocabulary& vocabulary);

  static uint64_t KeyOf(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 |
           static_cast<uint32_t>(right);
  }

  absl::flat_hash_map<uint64_t, Merge> merges_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_MERGE_TABLE_H_
