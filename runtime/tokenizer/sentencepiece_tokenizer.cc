#include "runtime/tokenizer/sentencepiece_tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/tokenizer/utf8.h"

namespace tessera {
namespace {

constexpr absl::string_view kSpace = "\xE2\x96\x81";  // U+2581

std::optional<int> HexDigit(char c) {
  if (absl::ascii_isdigit(c)) return c - '0';
  const char lower = absl::ascii_tolower(c);
  if ('a' <= lower && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

// The byte that "<0xNN>" names.
std::optional<uint8_t> ParseByteToken(absl::string_view text) {
  if (text.size() != 6 || text.substr(0, 3) != "<0x" || text[5] != '>') {
    return std::nullopt;
  }
  const std::optional<int> high = HexDigit(text[3]);
  const std::optional<int> low = HexDigit(text[4]);
  if (!high.has_value() || !low.has_value()) return std::nullopt;
  return static_cast<uint8_t>(*high << 4 | *low);
}

// Where, from `begin` on, a space follows something else, or npos.
size_t FindWordStart(absl::string_view text, size_t begin) {
  size_t space = text.find(kSpace, begin);
  while (space != absl::string_view::npos) {
    if (space > 0 && !absl::EndsWith(text.substr(0, space), kSpace)) break;
    space = text.find(kSpace, space + kSpace.size());
  }
  return space;
}

}  // namespace

// Merges one run of text in O(n log n). Keeps its buffers from run to run.
class SentencepieceTokenizer::PieceMerger {
 public:
  explicit PieceMerger(const SentencepieceTokenizer& tokenizer)
      : tokenizer_(tokenizer), vocabulary_(*tokenizer.vocabulary_) {}

  // Appends the tokens of `text`, spaces already U+2581, to `ids`. If no piece
  // goes on behind the end of a word, words are merged one by one: the result
  // is the same, and the lists stay in the cache.
  void Encode(absl::string_view text, std::vector<int32_t>* ids) {
    if (!tokenizer_.pieces_end_with_words_) return EncodeWord(text, ids);
    while (!text.empty()) {
      const size_t size = std::min(FindWordStart(text, 1), text.size());
      EncodeWord(text.substr(0, size), ids);
      text.remove_prefix(size);
    }
  }

 private:
  void EncodeWord(absl::string_view text, std::vector<int32_t>* ids) {
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
    float score;
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
      const int32_t id = tokenizer_.byte_token_[static_cast<uint8_t>(c)];
      if (id >= 0) {
        ids->push_back(id);
      } else if (vocabulary_.unknown().has_value()) {
        ids->push_back(*vocabulary_.unknown());
        return;  // one for the whole character
      }
    }
  }

  const SentencepieceTokenizer& tokenizer_;
  const Vocabulary& vocabulary_;
  absl::string_view text_;
  std::vector<Symbol> symbols_;
  std::vector<Candidate> candidates_;  // a heap
};

absl::StatusOr<std::unique_ptr<Tokenizer>> SentencepieceTokenizer::Create(
    const TokenizerData& data) {
  TESSERA_ASSIGN_OR_RETURN(auto vocabulary, Vocabulary::Create(data));
  std::unique_ptr<SentencepieceTokenizer> tokenizer(new SentencepieceTokenizer(
      std::move(vocabulary), data.add_space_prefix()));
  TESSERA_RETURN_IF_ERROR(tokenizer->FindByteTokens());
  return tokenizer;
}

SentencepieceTokenizer::SentencepieceTokenizer(
    std::unique_ptr<Vocabulary> vocabulary, bool add_space_prefix)
    : vocabulary_(std::move(vocabulary)),
      add_space_prefix_(add_space_prefix),
      special_tokens_(*vocabulary_) {
  byte_token_.fill(-1);
  for (int32_t id = 0; id < size() && pieces_end_with_words_; ++id) {
    pieces_end_with_words_ =
        FindWordStart(vocabulary_->Text(id), 1) == absl::string_view::npos;
  }
}

absl::Status SentencepieceTokenizer::FindByteTokens() {
  for (int32_t id = size() - 1; id >= 0; --id) {
    if (vocabulary_->Type(id) != TokenType::kByte) continue;
    const std::optional<uint8_t> byte = ParseByteToken(vocabulary_->Text(id));
    if (!byte.has_value()) {
      return absl::DataLossError(absl::StrCat(
          "tokenizer: token ", id, " has type 6 (byte), but is spelled ",
          Quoted(vocabulary_->Text(id)), ", expected '<0xNN>'"));
    }
    byte_token_[*byte] = id;
  }
  return absl::OkStatus();
}

std::vector<int32_t> SentencepieceTokenizer::Encode(
    absl::string_view text, const EncodeOptions& options) const {
  std::vector<int32_t> ids;
  if (options.add_special && vocabulary_->begin_of_text().has_value()) {
    ids.push_back(*vocabulary_->begin_of_text());
  }
  PieceMerger merger(*this);
  std::string spelling;
  bool prefix = add_space_prefix_;
  special_tokens_.Split(
      text, options.parse_special,
      [&](absl::string_view run) {
        spelling.clear();
        if (prefix) absl::StrAppend(&spelling, kSpace);
        prefix = false;
        for (const char c : run) {
          if (c == ' ') {
            absl::StrAppend(&spelling, kSpace);
          } else {
            spelling.push_back(c);
          }
        }
        merger.Encode(spelling, &ids);
      },
      [&](int32_t id) {
        ids.push_back(id);
        prefix = add_space_prefix_;
      });
  if (options.add_special && vocabulary_->end_of_text().has_value()) {
    ids.push_back(*vocabulary_->end_of_text());
  }
  return ids;
}

std::string SentencepieceTokenizer::Decode(int32_t id) const {
  if (!vocabulary_->Contains(id)) return "";
  const absl::string_view text = vocabulary_->Text(id);
  switch (vocabulary_->Type(id)) {
    case TokenType::kControl:
    case TokenType::kUnknown:
      return "";
    case TokenType::kUserDefined:
      return std::string(text.data(), text.size());
    case TokenType::kByte:
      return std::string(1, static_cast<char>(*ParseByteToken(text)));
    default:
      return absl::StrReplaceAll(text, {{kSpace, " "}});
  }
}

absl::string_view SentencepieceTokenizer::Spelling(int32_t id) const {
  return vocabulary_->Contains(id) ? vocabulary_->Text(id)
                                   : absl::string_view();
}

bool SentencepieceTokenizer::IsEndOfGeneration(int32_t id) const {
  return vocabulary_->IsEndOfGeneration(id);
}

}  // namespace tessera
