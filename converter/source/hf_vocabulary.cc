#include "converter/source/hf_vocabulary.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/quoted.h"

namespace tessera {
namespace {

// Real vocabularies are padded by a few hundred; more would only let a small
// file ask for much memory.
constexpr uint64_t kMaxUnusedTokens = uint64_t{1} << 20;

absl::Status Damaged(absl::string_view problem) {
  return absl::DataLossError(absl::StrCat("tokenizer.json: ", problem));
}

}  // namespace

void HfVocabulary::Add(absl::string_view text, uint64_t id, double score,
                       TokenType type) {
  by_text_[text] = tokens_.size();
  tokens_.push_back({text, id, score, type, 0});
  ++model_size_;
}

uint64_t HfVocabulary::NextFreeId() const {
  if (!last_added_id_.has_value() || *last_added_id_ < model_size_) {
    return model_size_;
  }
  return *last_added_id_ + 1;
}

void HfVocabulary::AddToken(const HfAddedToken& token) {
  if (token.text.empty() || !added_.insert(token.text).second) return;
  auto found = by_text_.find(token.text);
  if (found == by_text_.end()) {
    found = by_text_.emplace(token.text, tokens_.size()).first;
    tokens_.push_back({token.text, NextFreeId()});
  }
  Token& added = tokens_[found->second];
  added.type = token.special ? TokenType::kControl : TokenType::kUserDefined;
  added.flags = token.flags;
  last_added_id_ = std::max(last_added_id_.value_or(0), added.id);
}

std::optional<uint32_t> HfVocabulary::Find(absl::string_view text) const {
  const auto found = by_text_.find(text);
  if (found == by_text_.end()) return std::nullopt;
  return static_cast<uint32_t>(tokens_[found->second].id);
}

void HfVocabulary::MarkBytes() {
  for (int byte = 0; byte < 256; ++byte) {
    const auto found = by_text_.find(absl::StrFormat("<0x%02X>", byte));
    if (found == by_text_.end()) continue;
    Token& token = tokens_[found->second];
    if (token.type == TokenType::kNormal) token.type = TokenType::kByte;
  }
}

absl::Status HfVocabulary::Store(uint64_t vocab_size, bool with_scores,
                                 TokenizerData* data) const {
  if (tokens_.empty()) return Damaged("the vocabulary is empty");
  std::vector<Token> tokens = tokens_;
  std::stable_sort(tokens.begin(), tokens.end(),
                   [](const Token& a, const Token& b) { return a.id < b.id; });
  const Token& last = tokens.back();
  if (last.id >= tokens.size() + kMaxUnusedTokens) {
    return Damaged(absl::StrCat("token ", Quoted(last.text), " has id ",
                                last.id, ", but there are ", tokens.size(),
                                " tokens"));
  }
  if (vocab_size > tokens.size() + kMaxUnusedTokens) {
    return Damaged(absl::StrCat(tokens.size(), " tokens for a vocab_size of ",
                                vocab_size));
  }
  const bool with_flags =
      std::any_of(tokens.begin(), tokens.end(),
                  [](const Token& token) { return token.flags != 0; });
  const bool with_exact =
      with_scores &&
      std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
        return static_cast<float>(token.score) != token.score;
      });
  const auto append = [&](const Token& token) {
    data->mutable_token_text()->append(token.text.data(), token.text.size());
    data->add_token_length(static_cast<uint32_t>(token.text.size()));
    data->mutable_token_type()->push_back(static_cast<char>(token.type));
    if (with_scores) data->add_token_score(static_cast<float>(token.score));
    if (with_exact) data->add_exact_token_score(token.score);
    if (with_flags) {
      data->mutable_token_flags()->push_back(static_cast<char>(token.flags));
    }
  };
  size_t next = 0;
  for (uint64_t id = 0; id < std::max(vocab_size, last.id + 1); ++id) {
    if (next == tokens.size() || tokens[next].id != id) {
      const std::string text = absl::StrCat("[PAD", id, "]");
      append({text, id, 0, TokenType::kUnused, 0});
      continue;
    }
    append(tokens[next]);
    if (++next < tokens.size() && tokens[next].id == id) {
      return Damaged(absl::StrCat("tokens ", Quoted(tokens[next - 1].text),
                                  " and ", Quoted(tokens[next].text),
                                  " both have id ", id));
    }
  }
  return absl::OkStatus();
}

}  // namespace tessera
