#include "runtime/llm/dry_breakers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace tessera {
namespace {

constexpr size_t kMostBytes = 40;
constexpr size_t kMostTailTokens = 20;

// Adds the breakers of one text that begin with `head`, whose text is `word`.
void AddBreakers(absl::string_view text, int32_t head, absl::string_view word,
                 const Tokenizer& tokenizer,
                 std::vector<DryBreaker>* breakers) {
  if (absl::StrContains(word, text)) {
    breakers->push_back({head});
    return;
  }
  const size_t first = breakers->size();
  for (size_t size = std::min(word.size(), text.size() - 1); size > 0; --size) {
    if (!absl::EndsWith(word, text.substr(0, size))) continue;
    Tokenizer::EncodeOptions options;
    options.add_special = false;
    options.parse_special = false;
    DryBreaker breaker = {head, tokenizer.Encode(text.substr(size), options)};
    if (breaker.tail.size() > kMostTailTokens) {
      breaker.tail.resize(kMostTailTokens);
    }
    const bool known = std::any_of(
        breakers->begin() + static_cast<ptrdiff_t>(first), breakers->end(),
        [&](const DryBreaker& it) { return it.tail == breaker.tail; });
    if (!known) breakers->push_back(std::move(breaker));
  }
}

}  // namespace

std::vector<std::string> UsualDryBreakerTexts() {
  return {"\n", ":", "\"", "*"};
}

std::vector<DryBreaker> FindDryBreakers(absl::Span<const std::string> texts,
                                        const Tokenizer& tokenizer) {
  std::vector<DryBreaker> breakers;
  for (const std::string& whole : texts) {
    const absl::string_view text =
        absl::string_view(whole).substr(0, kMostBytes);
    if (text.empty()) continue;
    for (int32_t id = 0; id < tokenizer.size(); ++id) {
      AddBreakers(text, id, tokenizer.Decode(id), tokenizer, &breakers);
    }
  }
  return breakers;
}

}  // namespace tessera
