// From the path that a user gives to the arena that is mapped.
#ifndef RUNTIME_LLM_MODEL_FINDER_H_
#define RUNTIME_LLM_MODEL_FINDER_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

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
};

// `usage` in which these words have been put in place of ARENA, .arena and
// ADVICE.
std::string UsageFor(const ModelFinder& models, absl::string_view usage);

// For which the path is the arena.
ModelFinder ArenasOnly();

}  // namespace tessera

#endif  // RUNTIME_LLM_MODEL_FINDER_H_
