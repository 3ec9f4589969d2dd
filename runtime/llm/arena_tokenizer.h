// The tokenizer in an arena.
#ifndef RUNTIME_LLM_ARENA_TOKENIZER_H_
#define RUNTIME_LLM_ARENA_TOKENIZER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// InvalidArgument, saying what helps, if `arena` holds no tokenizer.
inline absl::Status CheckTokenizer(const LoadedArena& arena) {
  if (arena.manifest().has_tokenizer()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the arena holds no tokenizer; convert from a source that has one");
}

// Errors as CheckTokenizer and Tokenizer::Create.
inline absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(
    const LoadedArena& arena) {
  TESSERA_RETURN_IF_ERROR(CheckTokenizer(arena));
  return Tokenizer::Create(arena.manifest().tokenizer());
}

}  // namespace tessera

#endif  // RUNTIME_LLM_ARENA_TOKENIZER_H_
