// The tokenizer in an arena.
#ifndef RUNTIME_LLM_ARENA_TOKENIZER_H_
#define RUNTIME_LLM_ARENA_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// The tokenizer that `data` describes, for a model whose token embedding has
// `embedding_rows` rows, if it has one. Tokens that have no row, as fine-tunes
// add them, are not part of it: they are not matched in texts, just as
// llama.cpp leaves them out. Errors as Tokenizer::Create, and Unimplemented,
// naming it, if such a token begins or ends every text.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(
    const TokenizerData& data, std::optional<uint64_t> embedding_rows);

// That of `arena`. Errors as CheckHasTokenizer, too.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(
    const LoadedArena& arena);

}  // namespace tessera

#endif  // RUNTIME_LLM_ARENA_TOKENIZER_H_
