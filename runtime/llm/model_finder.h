// From the path that a user gives to the arena that is mapped.
#ifndef RUNTIME_LLM_MODEL_FINDER_H_
#define RUNTIME_LLM_MODEL_FINDER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/describe_command_line.h"

namespace tessera {

// How a tool finds its model. Tools that are given no more than the runtime
// take ArenasOnly(); a program that can convert may make an arena.
struct ModelFinder {
  // Whether `path` can be a model, as far as that can be told at once. Asked
  // before the user is told of other mistakes.
  std::function<absl::Status(const std::string& path)> check;
  // The path of an arena.
  std::function<absl::StatusOr<std::string>(const std::string& path)> find;
  // What users read of it in --help, where tools have arenas: "MODEL" for
  // "ARENA", ".gguf" for ".arena".
  std::string noun = "ARENA";
  std::string ending = ".arena";
  std::string advice = "Make an arena from GGUF or safetensors with convert.";
  // That the flags take which come with it.
  std::vector<FlagWords> words = {};
};

// `own`, those of the tool's flags, and those of the finder's.
std::vector<FlagWords> WordsFor(const ModelFinder& models,
                                absl::Span<const FlagWords> own);

// `usage` in which these words have been put in place of ARENA, .arena and
// ADVICE.
std::string UsageFor(const ModelFinder& models, absl::string_view usage);

// For which the path is the arena.
ModelFinder ArenasOnly();

}  // namespace tessera

#endif  // RUNTIME_LLM_MODEL_FINDER_H_
