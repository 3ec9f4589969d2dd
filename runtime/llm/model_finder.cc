#include "runtime/llm/model_finder.h"

#include "runtime/loader/no_arena.h"

namespace tessera {

ModelFinder ArenasOnly() {
  return {.check = [](const std::string& path) { return CheckIsArena(path); },
          // Whoever opens it says what is wrong with it.
          .find = [](const std::string& path) -> absl::StatusOr<std::string> {
            return path;
          }};
}

}  // namespace tessera
