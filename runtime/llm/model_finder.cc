#include "runtime/llm/model_finder.h"

#include "absl/strings/str_replace.h"
#include "runtime/loader/no_arena.h"

namespace tessera {

ModelFinder ArenasOnly() {
  return {.check = [](const std::string& path) { return CheckIsArena(path); },
          // Whoever opens it says what is wrong with it.
          .find = [](const std::string& path) -> absl::StatusOr<std::string> {
            return path;
          }};
}

std::vector<FlagWords> WordsFor(const ModelFinder& models,
                                absl::Span<const FlagWords> own) {
  std::vector<FlagWords> all(own.begin(), own.end());
  all.insert(all.end(), models.words.begin(), models.words.end());
  return all;
}

std::string UsageFor(const ModelFinder& models, absl::string_view usage) {
  return absl::StrReplaceAll(usage, {{"ARENA", models.noun},
                                     {".arena", models.ending},
                                     {"ADVICE", models.advice}});
}

}  // namespace tessera
