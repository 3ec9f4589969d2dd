#include "runtime/tokenizer/special_tokens.h"

#include <algorithm>

namespace tessera {
namespace {

uint8_t ByteAt(absl::string_view text, size_t index) {
  return static_cast<uint8_t>(text[index]);
}

}  // namespace

SpecialTokens::SpecialTokens(const Vocabulary& vocabulary)
    : vocabulary_(vocabulary) {
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.Text(id).empty()) continue;
    const TokenType type = vocabulary.Type(id);
    if (type == TokenType::kUserDefined) user_defined_.ids.push_back(id);
    if (type == TokenType::kUserDefined || type == TokenType::kControl ||
        type == TokenType::kUnknown) {
      all_.ids.push_back(id);
    }
  }
  Sort(&user_defined_);
  Sort(&all_);
}

void SpecialTokens::Sort(SortedTokens* tokens) const {
  std::stable_sort(tokens->ids.begin(), tokens->ids.end(),
                   [&](int32_t a, int32_t b) {
                     return vocabulary_.Text(a) < vocabulary_.Text(b);
                   });
  for (const int32_t id : tokens->ids) {
    ++tokens->first[ByteAt(vocabulary_.Text(id), 0) + 1];
  }
  for (size_t b = 0; b < 256; ++b) tokens->first[b + 1] += tokens->first[b];
}

int32_t SpecialTokens::LongestPrefix(const SortedTokens& tokens,
                                     absl::string_view text) const {
  const uint8_t lead = ByteAt(text, 0);
  auto begin = tokens.ids.begin() + tokens.first[lead];
  auto end = tokens.ids.begin() + tokens.first[lead + 1];
  int32_t longest = -1;
  // [begin, end) are the tokens that share the first `depth` bytes with `text`;
  // one that is no longer than that sorts first.
  for (size_t depth = 1; begin != end; ++depth) {
    if (vocabulary_.Text(*begin).size() == depth) {
      longest = *begin;
      while (begin != end && vocabulary_.Text(*begin).size() == depth) ++begin;
    }
    if (depth == text.size()) break;
    const uint8_t next = ByteAt(text, depth);
    begin = std::partition_point(begin, end, [&](int32_t id) {
      return ByteAt(vocabulary_.Text(id), depth) < next;
    });
    end = std::partition_point(begin, end, [&](int32_t id) {
      return ByteAt(vocabulary_.Text(id), depth) == next;
    });
  }
  return longest;
}

void SpecialTokens::Split(absl::string_view text, bool parse_special,
                          absl::FunctionRef<void(absl::string_view)> on_text,
                          absl::FunctionRef<void(int32_t)> on_token) const {
  const SortedTokens& tokens = parse_special ? all_ : user_defined_;
  size_t run = 0;  // where the text that is not reported yet starts
  size_t position = tokens.ids.empty() ? text.size() : 0;
  while (position < text.size()) {
    const int32_t id = LongestPrefix(tokens, text.substr(position));
    if (id < 0) {
      ++position;
      continue;
    }
    if (position > run) on_text(text.substr(run, position - run));
    on_token(id);
    position += vocabulary_.Text(id).size();
    run = position;
  }
  if (run < text.size()) on_text(text.substr(run));
}

}  // namespace tessera
