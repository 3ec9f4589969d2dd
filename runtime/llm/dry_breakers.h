// Texts that end repetitions, as sequences of tokens.
#ifndef RUNTIME_LLM_DRY_BREAKERS_H_
#define RUNTIME_LLM_DRY_BREAKERS_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "runtime/llm/dry_penalty.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// Those that are meant if nobody says otherwise, as in llama.cpp.
std::vector<std::string> UsualDryBreakerTexts();

// How `texts` may be spelled: each token that contains a text is a breaker, and
// each that ends with the beginning of one, with the tokens of the rest behind
// it. As in llama.cpp, a text counts up to its 40th byte and the rest of it up
// to its 20th token. Looks at the whole vocabulary once for each text.
std::vector<DryBreaker> FindDryBreakers(absl::Span<const std::string> texts,
                                        const Tokenizer& tokenizer);

}  // namespace tessera

#endif  // RUNTIME_LLM_DRY_BREAKERS_H_
