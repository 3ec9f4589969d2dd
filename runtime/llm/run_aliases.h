// Further names of run's flags.
#ifndef RUNTIME_LLM_RUN_ALIASES_H_
#define RUNTIME_LLM_RUN_ALIASES_H_

#include "absl/types/span.h"
#include "base/describe_command_line.h"
#include "base/flag_alias.h"

namespace tessera {

// Short names, llama.cpp's names for what run has, and sentences for what it
// has not.
absl::Span<const FlagAlias> RunAliases();

// The words that run's flags take.
absl::Span<const FlagWords> RunFlagWords();

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_ALIASES_H_
