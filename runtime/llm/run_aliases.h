// Further names of run's flags.
#ifndef RUNTIME_LLM_RUN_ALIASES_H_
#define RUNTIME_LLM_RUN_ALIASES_H_

#include <vector>

#include "absl/types/span.h"
#include "base/describe_command_line.h"
#include "base/flag_alias.h"

namespace tessera {

// Short names, llama.cpp's names for what run has, and sentences for what it
// has not.
std::vector<FlagAlias> RunAliases();

// `aliases`, and behind them the sentences, for another tool.
std::vector<FlagAlias> WithRefused(absl::Span<const FlagAlias> aliases);

// The words that run's flags take.
absl::Span<const FlagWords> RunFlagWords();

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_ALIASES_H_
