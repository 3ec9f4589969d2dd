#include "runtime/tokenizer/bpe_tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "runtime/tokenizer/byte_level.h"

namespace tessera {

// Merges one word at a time in O(n log n). Keeps its buffers from word to word.
class BpeTokenizer::WordMerger {
 public:
  explicit WordMerger(const BpeTokenizer& tokenizer) : tokenizer_(tokenizer) {}

  // Appends the tokens of `word`, not empty, to `ids`.
  void Encode(absl::string_view word, std::vector<int32_t>* ids) {
    if (tokenizer_.ignore_merges_) {
      spelling_.clear();
      AppendByteLevel(word, &spelling_);
      const std::optional<int32_t> id = tokenizer_.vocabulary_->Find(spelling_);
      if (id.has_value()) {
        ids->push_back(*id);
        return;
      }
    }
    Start(word);
    while (!candidates_.empty()) {
      std::pop_heap(candidates_.begin(), candidates_.end(), GoesLater);
      const Candidate candidate = candidates_.back();
      candidates_.pop_back();
      Apply(candidate);
    }
    for (size_t i = 0; i != kNone; i = symbols_[i].next) {
      AppendSymbol(symbols_[i].id, ids);
    }
  }

 private:
  static constexpr size_t kNone = ~size_t{0};

  // A part of the word: a node of a list that shrinks as symbols join. The left
  // one takes the new token, the right one is dead.
  struct Symbol {
    int32_t id;
    bool alive;
    size_t previous;
    size_t next;
  };

  // Symbol `left` and its right neighbour can join. Outdated when either has
  // changed meanwhile.
  struct Candidate {
    uint32_t rank;
    int32_t left_id;
    int32_t right_id;
    int32_t result;
    size_t left;
  };

  static bool GoesLater(const Candidate& a, const Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
  }

  void Start(absl::string_view word) {
    symbols_.clear();
    candidates_.clear();
    for (size_t i = 0; i < word.size(); ++i) {
      const int32_t id = tokenizer_.byte_token_[static_cast<uint8_t>(word[i])];
      symbols_.push_back({id, true, i == 0 ? kNone : i - 1,
                          i + 1 == word.size() ? kNone : i + 1});
    }
    for (size_t i = 0; i + 1 < symbols_.size(); ++i) AddCandidate(i);
  }

  void AddCandidate(size_t left) {
    const size_t right = left == kNone ? kNone : symbols_[left].next;
    if (right == kNone) return;
    const int32_t left_id = symbols_[left].id;
    const int32_t right_id = symbols_[right].id;
    const auto merge = tokenizer_.merges_->Find(left_id, right_id);
    if (!merge.has_value()) return;
    candidates_.push_back(
        {merge->rank, left_id, right_id, merge->result, left});
    std::push_heap(candidates_.begin(), candidates_.end(), GoesLater);
  }

  void Apply(const Candidate& candidate) {
    Symbol& left = symbols_[candidate.left];
    if (!left.alive || left.id != candidate.left_id || left.next == kNone) {
      return;
    }
    Symbol& right = symbols_[left.next];
    if (right.id != candidate.right_id) return;
    left.id = candidate.result;
    left.next = right.next;
    right.alive = false;
    if (left.next != kNone) symbols_[left.next].previous = candidate.left;
    AddCandidate(left.previous);
    AddCandidate(candidate.left);
  }

  void AppendSymbol(int32_t id, std::vector<int32_t>* ids) const {
    if (id < 0) id = tokenizer_.vocabulary_->unknown().value_or(-1);
    if (id >= 0) ids->push_back(id);
  }

  const BpeTokenizer& tokenizer_;
  std::vector<Symbol> symbols_;
  std::vector<Candidate> candidates_;  // a heap
  std::string spelling_;
};

absl::StatusOr<std::unique_ptr<Tokenizer>> BpeTokenizer::Create(
    const TokenizerData& data) {
  TESSERA_ASSIGN_OR_RETURN(auto vocabulary, Vocabulary::Create(data));
  TESSERA_ASSIGN_OR_RETURN(auto merges, MergeTable::Create(data, *vocabulary));
  TESSERA_ASSIGN_OR_RETURN(auto pretokenizer,
                           Pretokenizer::Create(data.pre_tokenizer()));
  return std::unique_ptr<Tokenizer>(
      new BpeTokenizer(std::move(vocabulary), std::move(merges),
                       std::move(pretokenizer), data.ignore_merges()));
}

BpeTokenizer::BpeTokenizer(std::unique_ptr<Vocabulary> vocabulary,
                           std::unique_ptr<MergeTable> merges,
                           std::unique_ptr<Pretokenizer> pretokenizer,
                           bool ignore_merges)
    : vocabulary_(std::move(vocabulary)),
      merges_(std::move(merges)),
      pretokenizer_(std::move(pretokenizer)),
      ignore_merges_(ignore_merges),
      special_tokens_(*vocabulary_) {
  for (int byte = 0; byte < 256; ++byte) {
    byte_token_[byte] =
        vocabulary_->Find(ByteLevelChar(static_cast<uint8_t>(byte)))
            .value_or(-1);
  }
}

std::vector<int32_t> BpeTokenizer::Encode(absl::string_view text,
                                          const EncodeOptions& options) const {
  std::vector<int32_t> ids;
  if (options.add_special && vocabulary_->begin_of_text().has_value()) {
    ids.push_back(*vocabulary_->begin_of_text());
  }
  WordMerger merger(*this);
  special_tokens_.Split(
      text, options.parse_special,
      [&](absl::string_view run) {
        pretokenizer_->Split(
            run, [&](absl::string_view word) { merger.Encode(word, &ids); });
      },
      [&](int32_t id) { ids.push_back(id); });
  if (options.add_special && vocabulary_->end_of_text().has_value()) {
    ids.push_back(*vocabulary_->end_of_text());
  }
  return ids;
}

std::string BpeTokenizer::Decode(int32_t id) const {
  if (!vocabulary_->Contains(id)) return "";
  const absl::string_view text = vocabulary_->Text(id);
  switch (vocabulary_->Type(id)) {
    case TokenType::kControl:
    case TokenType::kUnknown:
      return "";
    case TokenType::kUserDefined:
      return std::string(text.data(), text.size());
    default:
      return DecodeByteLevel(text);
  }
}

absl::string_view BpeTokenizer::Spelling(int32_t id) const {
  return vocabulary_->Contains(id) ? vocabulary_->Text(id)
                                   : absl::string_view();
}

bool BpeTokenizer::IsEndOfGeneration(int32_t id) const {
  return vocabulary_->IsEndOfGeneration(id);
}

}  // namespace tessera
