// The tokenizer in an arena.
#ifndef RUNTIME_LLM_ARENA_TOKENIZER_H_
#define RUNTIME_LLM_ARENA_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// The tokenizer of `arena`. Tokens that its embedding has no row for, as
// fine-tunes add them, are not part of it: they are not matched in texts, just
// as llama.cpp leaves them out. Errors as CheckHasTokenizer and
// Tokenizer::Create, and Unimplemented, naming it, if such a token begins or
// ends every text.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(
    const LoadedArena& arena);

}  // namespace tessera

#endif  // RUNTIME_LLM_ARENA_TOKENIZER_H_
