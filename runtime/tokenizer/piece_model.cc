#include "runtime/tokenizer/piece_model.h"

#include <algorithm>
#include <cstddef>

#include "base/status_macros.h"
#include "base/utf8.h"

namespace tessera {

// Merges one word at a time in O(n log n).
class PieceModel::Merger : public WordModel::Scratch {
 public:
  explicit Merger(const PieceModel& model)
      : model_(model), vocabulary_(model.vocabulary_) {}

  void Encode(absl::string_view text, std::vector<int32_t>* ids) {
    text_ = text;
    Start();
    while (!candidates_.empty()) {
      std::pop_heap(candidates_.begin(), candidates_.end(), GoesLater);
      const Candidate candidate = candidates_.back();
      candidates_.pop_back();
      Apply(candidate);
    }
    for (const Symbol& symbol : symbols_) {
      if (symbol.size > 0) AppendSymbol(symbol, ids);
    }
  }

 private:
  static constexpr size_t kNone = ~size_t{0};

  // A part of the text: a node of a list that shrinks as symbols join. The left
  // one grows, the right one is left empty.
  struct Symbol {
    size_t begin;
    size_t size;
    size_t previous;
    size_t next;
  };

  // Symbol `left` and its right neighbour together are a token. Outdated when
  // the two have a different size meanwhile.
  struct Candidate {
    double score;
    size_t left;
    size_t size;
  };

  static bool GoesLater(const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score < b.score : a.left > b.left;
  }

  void Start() {
    symbols_.clear();
    candidates_.clear();
    for (size_t begin = 0; begin < text_.size();) {
      const size_t size =
          std::max<size_t>(Utf8CharSize(text_.substr(begin)), 1);
      const size_t index = symbols_.size();
      symbols_.push_back({begin, size, index == 0 ? kNone : index - 1,
                          begin + size == text_.size() ? kNone : index + 1});
      begin += size;
    }
    for (size_t i = 0; i + 1 < symbols_.size(); ++i) AddCandidate(i);
  }

  void AddCandidate(size_t left) {
    const size_t right = left == kNone ? kNone : symbols_[left].next;
    if (right == kNone) return;
    const size_t size = symbols_[left].size + symbols_[right].size;
    if (size > vocabulary_.longest_text()) return;
    const auto id = vocabulary_.Find(text_.substr(symbols_[left].begin, size));
    if (!id.has_value()) return;
    candidates_.push_back({vocabulary_.Score(*id), left, size});
    std::push_heap(candidates_.begin(), candidates_.end(), GoesLater);
  }

  void Apply(const Candidate& candidate) {
    Symbol& left = symbols_[candidate.left];
    if (left.size == 0 || left.next == kNone) return;
    Symbol& right = symbols_[left.next];
    if (left.size + right.size != candidate.size) return;
    left.size = candidate.size;
    left.next = right.next;
    right.size = 0;
    if (left.next != kNone) symbols_[left.next].previous = candidate.left;
    AddCandidate(left.previous);
    AddCandidate(candidate.left);
  }

  void AppendSymbol(const Symbol& symbol, std::vector<int32_t>* ids) const {
    const absl::string_view text = text_.substr(symbol.begin, symbol.size);
    if (const auto id = vocabulary_.Find(text)) {
      ids->push_back(*id);
      return;
    }
    for (const char c : text) {
      const int32_t id = model_.byte_tokens_[c];
      if (id >= 0) {
        ids->push_back(id);
      } else if (vocabulary_.unknown().has_value()) {
        ids->push_back(*vocabulary_.unknown());
        return;  // one for the whole character
      }
    }
  }

  const PieceModel& model_;
  const Vocabulary& vocabulary_;
  absl::string_view text_;
  std::vector<Symbol> symbols_;
  std::vector<Candidate> candidates_;  // a heap
};

absl::StatusOr<std::unique_ptr<WordModel>> PieceModel::Create(
    const Vocabulary& vocabulary) {
  TESSERA_ASSIGN_OR_RETURN(const ByteTokens byte_tokens,
                           ByteTokens::ByType(vocabulary));
  return std::unique_ptr<WordModel>(new PieceModel(vocabulary, byte_tokens));
}

std::unique_ptr<WordModel::Scratch> PieceModel::NewScratch() const {
  return std::make_unique<Merger>(*this);
}

void PieceModel::Encode(absl::string_view word, Scratch* scratch,
                        std::vector<int32_t>* ids) const {
  static_cast<Merger*>(scratch)->Encode(word, ids);
}

}  // namespace tessera
