#include "converter/inspect/diff_tokens.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/counted.h"
#include "base/number_text.h"
#include "base/quoted.h"

namespace tessera {
namespace {

std::vector<absl::string_view> TokensOf(const TokenizerData& tokenizer) {
  std::vector<absl::string_view> tokens;
  const absl::string_view all = tokenizer.token_text();
  size_t begin = 0;
  for (const uint32_t length : tokenizer.token_length()) {
    tokens.push_back(begin <= all.size() ? all.substr(begin, length)
                                         : absl::string_view());
    begin += length;
  }
  return tokens;
}

std::vector<double> ScoresOf(const TokenizerData& tokenizer) {
  if (!tokenizer.exact_token_score().empty()) {
    return {tokenizer.exact_token_score().begin(),
            tokenizer.exact_token_score().end()};
  }
  return {tokenizer.token_score().begin(), tokenizer.token_score().end()};
}

std::vector<std::pair<uint32_t, uint32_t>> MergesOf(
    const TokenizerData& tokenizer) {
  std::vector<std::pair<uint32_t, uint32_t>> merges;
  const int count =
      std::min(tokenizer.merge_left_size(), tokenizer.merge_right_size());
  for (int i = 0; i < count; ++i) {
    merges.push_back({tokenizer.merge_left(i), tokenizer.merge_right(i)});
  }
  return merges;
}

// Adds how the lists differ, if they do.
template <typename List, typename Text>
void DiffLists(absl::string_view name, const List& a, const List& b,
               const Text& text, std::vector<FactDifference>* differences) {
  if (a.size() != b.size()) {
    differences->push_back({absl::StrCat(name, "s"),
                            {WithCommas(a.size()), WithCommas(b.size())}});
  }
  const size_t count = std::min(a.size(), b.size());
  uint64_t others = 0;
  std::optional<size_t> first;
  for (size_t i = 0; i < count; ++i) {
    if (a[i] == b[i]) continue;
    if (!first.has_value()) first = i;
    ++others;
  }
  if (!first.has_value()) return;
  const std::string more =
      others > 1 ? absl::StrCat(" and ", WithCommas(others - 1), " more") : "";
  differences->push_back({absl::StrCat(name, " ", *first, more),
                          {text(a[*first]), text(b[*first])}});
}

}  // namespace

std::vector<FactDifference> DiffTokens(const TokenizerData& a,
                                       const TokenizerData& b) {
  std::vector<FactDifference> differences;
  const auto quoted = [](absl::string_view text) { return Quoted(text); };
  const auto number = [](double value) {
    const auto narrow = static_cast<float>(value);
    return narrow == value ? NumberText(narrow) : NumberText(value);
  };
  const auto type = [](char value) {
    return absl::StrCat("type ", static_cast<int>(value));
  };
  const auto pair = [](const std::pair<uint32_t, uint32_t>& merge) {
    return absl::StrCat(merge.first, " ", merge.second);
  };
  DiffLists("token", TokensOf(a), TokensOf(b), quoted, &differences);
  DiffLists("token type", a.token_type(), b.token_type(), type, &differences);
  DiffLists("token score", ScoresOf(a), ScoresOf(b), number, &differences);
  DiffLists("merge", MergesOf(a), MergesOf(b), pair, &differences);
  return differences;
}

TokenizerData TokenizerSettings(TokenizerData tokenizer) {
  tokenizer.clear_token_text();
  tokenizer.clear_token_length();
  tokenizer.clear_token_type();
  tokenizer.clear_token_score();
  tokenizer.clear_exact_token_score();
  tokenizer.clear_merge_left();
  tokenizer.clear_merge_right();
  tokenizer.clear_chat_template();
  tokenizer.clear_named_chat_template();
  return tokenizer;
}

}  // namespace tessera
