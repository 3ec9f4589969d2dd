// The merges of byte-level BPE, found by the two tokens they join.
#ifndef RUNTIME_TOKENIZER_MERGE_TABLE_H_
#define RUNTIME_TOKENIZER_MERGE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/tokenizer/vocabulary.h"

namespace tessera {

// Immutable after Create and thread-safe. About 20 bytes per merge.
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

  std::optional<Merge> Find(int32_t left, int32_t right) const;

 private:
  struct Entry {
    int32_t left;
    int32_t right;
    int32_t result;
  };
  using Pair = std::pair<int32_t, int32_t>;
  struct Hash {
    using is_transparent = void;
    size_t operator()(const Pair& pair) const;
    size_t operator()(uint32_t rank) const;
    const std::vector<Entry>* entries = nullptr;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(uint32_t a, uint32_t b) const;
    bool operator()(uint32_t rank, const Pair& pair) const;
    const std::vector<Entry>* entries = nullptr;
  };

  MergeTable();

  absl::Status Build(const TokenizerData& data, const Vocabulary& vocabulary);

  std::vector<Entry> entries_;                        // by rank
  absl::flat_hash_set<uint32_t, Hash, Equal> index_;  // into entries_
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_MERGE_TABLE_H_
