#include "runtime/tokenizer/added_tokens.h"

#include <algorithm>
#include <utility>

#include "runtime/tokenizer/unicode_class.h"

namespace tessera {
namespace {

std::vector<ByteTrie::Entry> EntriesOf(const std::vector<AddedToken>& tokens) {
  std::vector<ByteTrie::Entry> entries;
  for (size_t i = 0; i < tokens.size(); ++i) {
    entries.emplace_back(tokens[i].text, static_cast<int32_t>(i));
  }
  return entries;
}

// Whether a byte of [begin, end) is in a range.
bool Touches(absl::Span<const TextRange> ranges, size_t begin, size_t end) {
  const auto first = std::partition_point(
      ranges.begin(), ranges.end(),
      [&](const TextRange& range) { return range.end <= begin; });
  return first != ranges.end() && first->begin < end;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens)
    : tokens_(std::move(tokens)), trie_(EntriesOf(tokens_)) {}

const AddedToken* AddedTokens::FindAt(absl::string_view text, size_t begin,
                                      bool parse_control,
                                      absl::Span<const TextRange> plain) const {
  const AddedToken* longest = nullptr;
  trie_.ForEachPrefix(text.substr(begin), [&](size_t size, int32_t index) {
    const AddedToken& token = tokens_[static_cast<size_t>(index)];
    if (token.is_control && !parse_control) return;
    if ((token.is_control || token.is_markup) &&
        Touches(plain, begin, begin + size)) {
      return;
    }
    longest = &token;
  });
  return longest;
}

void AddedTokens::Split(absl::string_view text, bool parse_control,
                        absl::Span<const TextRange> plain,
                        absl::FunctionRef<void(absl::string_view)> on_text,
                        absl::FunctionRef<void(int32_t)> on_token) const {
  size_t run = 0;  // where the text that is not reported yet starts
  size_t position = empty() ? text.size() : 0;
  while (position < text.size()) {
    const AddedToken* const token =
        trie_.HasStart(text[position])
            ? FindAt(text, position, parse_control, plain)
            : nullptr;
    if (token == nullptr) {
      ++position;
      continue;
    }
    size_t begin = position;
    size_t end = position + token->text.size();
    position = end;
    if (token->single_word && (EndsWithWord(text.substr(0, begin)) ||
                               StartsWithWord(text.substr(end)))) {
      continue;
    }
    if (token->strip_left && begin > run) {
      begin -= TrailingWhitespace(text.substr(run, begin - run));
    }
    if (token->strip_right) end += LeadingWhitespace(text.substr(end));
    if (begin > run) on_text(text.substr(run, begin - run));
    on_token(token->id);
    // As in the Rust library, a token within the white space that this one has
    // taken is matched all the same.
    run = end;
  }
  if (run < text.size()) on_text(text.substr(run));
}

}  // namespace tessera
