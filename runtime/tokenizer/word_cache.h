// Remembers where in a list of tokens those of a word already stand.
#ifndef RUNTIME_TOKENIZER_WORD_CACHE_H_
#define RUNTIME_TOKENIZER_WORD_CACHE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/numeric/bits.h"
#include "absl/strings/string_view.h"

namespace tessera {

// For one call of Encode: words refer to its text, tokens to its result. At
// most 2^16 words; a later one takes the place of another. Not thread-safe.
class WordCache {
 public:
  static constexpr size_t kLongestWord = 64;

  // For a text of `text_size` bytes.
  explicit WordCache(size_t text_size)
      : slots_(absl::bit_ceil(
            std::clamp(text_size / 8, kFewestSlots, kMostSlots))) {}

  // Appends the tokens of `word` to *ids and returns true, if they are known.
  // Else the caller appends them, and then calls Add.
  bool Append(absl::string_view word, std::vector<int32_t>* ids) {
    last_ =
        &slots_[absl::Hash<absl::string_view>{}(word) & (slots_.size() - 1)];
    last_begin_ = ids->size();
    if (last_->word != word || word.empty()) return false;
    const size_t begin = last_->begin;
    for (size_t i = 0; i < last_->count; ++i) {
      ids->push_back((*ids)[begin + i]);
    }
    return true;
  }

  // After Append(word) was false, and the caller has appended its tokens.
  void Add(absl::string_view word, const std::vector<int32_t>& ids) {
    *last_ = {word, last_begin_, ids.size() - last_begin_};
  }

 private:
  static constexpr size_t kFewestSlots = 16;
  static constexpr size_t kMostSlots = size_t{1} << 16;

  struct Slot {
    absl::string_view word;
    size_t begin = 0;  // in the list of tokens
    size_t count = 0;
  };

  std::vector<Slot> slots_;
  Slot* last_ = nullptr;
  size_t last_begin_ = 0;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_WORD_CACHE_H_
