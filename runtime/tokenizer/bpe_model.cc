#include "runtime/tokenizer/bpe_model.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/utf8.h"
#include "runtime/tokenizer/byte_level.h"

namespace tessera {

// Merges one word at a time in O(n log n).
class BpeModel::Merger : public WordModel::Scratch {
 public:
  explicit Merger(const BpeModel& model)
      : model_(model), unknown_(model.vocabulary_.unknown().value_or(-1)) {}

  void Encode(absl::string_view word, std::vector<int32_t>* ids) {
    Start(word);
    std::make_heap(candidates_.begin(), candidates_.end(), std::greater<>());
    while (!candidates_.empty()) {
      std::pop_heap(candidates_.begin(), candidates_.end(), std::greater<>());
      const uint64_t candidate = candidates_.back();
      candidates_.pop_back();
      Apply(static_cast<uint32_t>(candidate >> 32),
            static_cast<uint32_t>(candidate));
    }
    for (const Symbol& symbol : symbols_) {
      if (symbol.id >= 0) ids->push_back(symbol.id);
    }
  }

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};
  static constexpr int32_t kGap = -1;
  static constexpr int32_t kDead = -2;

  // A part of the word: a node of a list that shrinks as symbols join. The left
  // one takes the new token, the right one is dead.
  struct Symbol {
    int32_t id;
    uint32_t previous;
    uint32_t next;
    uint32_t rank;   // of the merge with the next; kNone if there is none
    int32_t result;  // of that merge
  };

  void AddSymbol(int32_t id) {
    const uint32_t index = static_cast<uint32_t>(symbols_.size());
    symbols_.push_back({id, index - 1, index + 1, kNone, -1});
  }

  void Start(absl::string_view word) {
    symbols_.clear();
    candidates_.clear();
    pending_unknown_ = false;
    if (model_.options_.words_are_bytes) {
      for (const char c : word) {
        const int32_t id = model_.first_tokens_[static_cast<uint8_t>(c)];
        id >= 0 ? AddKnown(id) : AddUnknown(absl::string_view());
      }
    } else {
      for (size_t begin = 0; begin < word.size();) {
        const size_t size =
            std::max<size_t>(Utf8CharSize(word.substr(begin)), 1);
        const absl::string_view character = word.substr(begin, size);
        const int32_t id = model_.FindChar(character);
        id >= 0 ? AddKnown(id) : AddUnknown(character);
        begin += size;
      }
    }
    FlushUnknown();
    if (symbols_.empty()) return;
    symbols_.front().previous = kNone;
    symbols_.back().next = kNone;
    for (uint32_t i = 0; i + 1 < symbols_.size(); ++i) FindCandidate(i);
  }

  void AddKnown(int32_t id) {
    FlushUnknown();
    AddSymbol(id);
  }

  // As the Rust library: an unknown token waits for the next known one, to
  // become one with those behind it; byte tokens overtake it.
  void AddUnknown(absl::string_view character) {
    if (model_.byte_tokens_.has_value() && !character.empty()) {
      byte_ids_.clear();
      if (model_.byte_tokens_->Append(character, &byte_ids_)) {
        for (const int32_t id : byte_ids_) AddSymbol(id);
        return;
      }
    }
    if (unknown_ < 0) {
      if (model_.options_.unknown_leaves_gap) AddSymbol(kGap);
      return;
    }
    if (!model_.fuse_unknown_) FlushUnknown();
    pending_unknown_ = true;
  }

  void FlushUnknown() {
    if (pending_unknown_) AddSymbol(unknown_);
    pending_unknown_ = false;
  }

  // Finds the merge at symbol `index` and adds it to the end of candidates_.
  bool FindCandidate(uint32_t index) {
    if (index == kNone) return false;
    Symbol& left = symbols_[index];
    left.rank = kNone;
    if (left.next == kNone) return false;
    const auto merge = model_.merges_->Find(left.id, symbols_[left.next].id);
    if (!merge.has_value()) return false;
    left.rank = merge->rank;
    left.result = merge->result;
    candidates_.push_back(static_cast<uint64_t>(left.rank) << 32 | index);
    return true;
  }

  void AddCandidate(uint32_t index) {
    if (!FindCandidate(index)) return;
    std::push_heap(candidates_.begin(), candidates_.end(), std::greater<>());
  }

  // A candidate is outdated when symbol `index` or the next has changed: the
  // merge there then has another rank.
  void Apply(uint32_t rank, uint32_t index) {
    Symbol& left = symbols_[index];
    if (left.rank != rank) return;
    Symbol& right = symbols_[left.next];
    left.id = left.result;
    left.next = right.next;
    right.id = kDead;
    right.rank = kNone;
    if (left.next != kNone) symbols_[left.next].previous = index;
    AddCandidate(left.previous);
    AddCandidate(index);
  }

  const BpeModel& model_;
  const int32_t unknown_;  // -1 if there is none
  bool pending_unknown_ = false;
  std::vector<Symbol> symbols_;
  // A heap: rank, then index of the left symbol, the lowest first.
  std::vector<uint64_t> candidates_;
  std::vector<int32_t> byte_ids_;
};

absl::StatusOr<std::unique_ptr<WordModel>> BpeModel::Create(
    const TokenizerData& data, const Vocabulary& vocabulary,
    const Options& options) {
  TESSERA_ASSIGN_OR_RETURN(auto merges, MergeTable::Create(data, vocabulary));
  return std::unique_ptr<WordModel>(
      new BpeModel(data, vocabulary, options, std::move(merges)));
}

BpeModel::BpeModel(const TokenizerData& data, const Vocabulary& vocabulary,
                   const Options& options, std::unique_ptr<MergeTable> merges)
    : vocabulary_(vocabulary),
      options_(options),
      ignore_merges_(data.ignore_merges()),
      fuse_unknown_(data.fuse_unknown()),
      merges_(std::move(merges)) {
  if (data.byte_fallback() && !options.words_are_bytes) {
    byte_tokens_ = ByteTokens::BySpelling(vocabulary);
  }
  first_tokens_.fill(-1);
  for (int byte = 0; byte < (options.words_are_bytes ? 256 : 128); ++byte) {
    const char character = static_cast<char>(byte);
    first_tokens_[byte] =
        vocabulary
            .Find(options.words_are_bytes
                      ? ByteLevelChar(static_cast<uint8_t>(byte))
                      : absl::string_view(&character, 1))
            .value_or(-1);
  }
}

int32_t BpeModel::FindChar(absl::string_view character) const {
  const uint8_t first = static_cast<uint8_t>(character[0]);
  if (first < 0x80) return first_tokens_[first];
  return vocabulary_.Find(character).value_or(-1);
}

std::optional<int32_t> BpeModel::FindWhole(absl::string_view word) const {
  if (word.size() > vocabulary_.longest_text()) return std::nullopt;
  if (!options_.words_are_bytes) return vocabulary_.Find(word);
  std::string spelling;
  AppendByteLevel(word, &spelling);
  return vocabulary_.Find(spelling);
}

std::unique_ptr<WordModel::Scratch> BpeModel::NewScratch() const {
  return std::make_unique<Merger>(*this);
}

void BpeModel::Encode(absl::string_view word, Scratch* scratch,
                      std::vector<int32_t>* ids) const {
  if (ignore_merges_) {
    if (const std::optional<int32_t> id = FindWhole(word)) {
      ids->push_back(*id);
      return;
    }
  }
  static_cast<Merger*>(scratch)->Encode(word, ids);
}

}  // namespace tessera
