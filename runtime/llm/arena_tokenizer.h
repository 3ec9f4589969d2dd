// The tokenizer in an arena.
#ifndef RUNTIME_LLM_ARENA_TOKENIZER_H_
#define RUNTIME_LLM_ARENA_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "formats/tokenizer/missing_tokenizer.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// Errors as CheckHasTokenizer and Tokenizer::Create.
inline absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(
    const LoadedArena& arena) {
  TESSERA_RETURN_IF_ERROR(CheckHasTokenizer(arena.manifest()));
  return Tokenizer::Create(arena.manifest().tokenizer());
}

}  // namespace tessera

#endif  // RUNTIME_LLM_ARENA_TOKENIZER_H_
