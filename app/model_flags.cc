#include "app/model_flags.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "app/open_packed_model.h"
#include "app/packing_error.h"
#include "base/command_line.h"
#include "base/status_macros.h"
#include "converter/quantize/quantize_recipe.h"
#include "converter/source/open_source.h"

ABSL_FLAG(std::string, cache_dir, "",
          "the folder for models that were packed; empty: "
          "$XDG_CACHE_HOME/tessera or ~/.cache/tessera");
ABSL_FLAG(bool, no_cache, false,
          "pack a model that is no arena for this run only, into a file in "
          "$TMPDIR that goes away with the program");
ABSL_FLAG(std::string, quantize, "keep",
          "the type to pack matrices in, as for convert: keep (as they are), "
          "Q8_0, Q4_K_M and so on; for models that are no arena");

namespace tessera {
namespace {

// Of flags that belong to the tool itself.
std::string ValueOf(absl::string_view name) {
  const absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
  return flag == nullptr ? "" : flag->CurrentValue();
}

PackedModelOptions OptionsFromFlags() {
  PackedModelOptions options;
  options.cache_dir = absl::GetFlag(FLAGS_cache_dir);
  options.no_cache = absl::GetFlag(FLAGS_no_cache);
  options.quantize = absl::GetFlag(FLAGS_quantize);
  options.quiet = ValueOf("quiet") == "true";
  if (!absl::SimpleAtoi(ValueOf("threads"), &options.threads)) {
    options.threads = 0;
  }
  return options;
}

// Of a process; perplexity has two.
std::vector<std::shared_ptr<const int>>& OpenFiles() {
  static auto& files = *new std::vector<std::shared_ptr<const int>>;
  return files;
}

// As a mistake in any other flag.
void RefuseUnknownType() {
  const absl::Status known =
      QuantizeRecipe::Parse(absl::GetFlag(FLAGS_quantize)).status();
  if (!known.ok()) ExitWithUsageError(known.message());
}

absl::string_view QuantizeWords() {
  static const auto& words =
      *new std::string(absl::StrJoin(QuantizeRecipe::Names(), " "));
  return words;
}

}  // namespace

ModelFinder AnyModel() {
  return {.check =
              [](const std::string& path) {
                return PackingError(OpenWeightSource(path).status(), path,
                                    absl::GetFlag(FLAGS_quantize));
              },
          .find = [](const std::string& path) -> absl::StatusOr<std::string> {
            RefuseUnknownType();
            TESSERA_ASSIGN_OR_RETURN(const PackedModel model,
                                     OpenPackedModel(path, OptionsFromFlags()));
            if (model.file != nullptr) OpenFiles().push_back(model.file);
            return model.arena;
          },
          .noun = "MODEL",
          .ending = ".gguf",
          .advice =
              "MODEL is a .gguf, a .safetensors with its config.json, a "
              "Hugging Face folder or\nan .arena. All but the last are packed "
              "the first time, and mapped from then on;\nsee tessera cache "
              "--help.",
          .words = {{"quantize", QuantizeWords()}}};
}

}  // namespace tessera
