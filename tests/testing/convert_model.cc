#include "tests/testing/convert_model.h"

#include "base/status_macros.h"
#include "converter/check_model.h"
#include "converter/convert_to_arena.h"
#include "converter/convert_to_gguf.h"
#include "converter/source/open_source.h"

namespace tessera {

absl::Status ConvertModel(const std::string& input, const std::string& output,
                          const ConvertModelOptions& options) {
  ConvertOptions convert;
  OutputOptions arena;
  arena.path = output;
  arena.plan.layout = options.layout;
  arena.plan.profile = options.profile;
  arena.plan.fuse = options.fuse;
  arena.plan.allow_nonfinite = options.allow_nonfinite;
  convert.threads = options.threads;
  convert.overwrite = true;
  convert.quiet = true;
  TESSERA_ASSIGN_OR_RETURN(arena.plan.recipe,
                           QuantizeRecipe::Parse(options.quantize));
  if (options.recipe.has_value()) arena.plan.recipe = *options.recipe;
  TESSERA_ASSIGN_OR_RETURN(
      WeightSource source,
      OpenWeightSource(input, {.tensors_only = options.tensors_only}));
  if (options.check_model) {
    TESSERA_RETURN_IF_ERROR(CheckModel(input, &source));
  }
  return ConvertToArena(source, arena, convert).status();
}

absl::Status ExportModel(const std::string& input, const std::string& output,
                         bool allow_nonfinite) {
  TESSERA_ASSIGN_OR_RETURN(const WeightSource source, OpenWeightSource(input));
  ConvertOptions convert;
  convert.overwrite = true;
  convert.quiet = true;
  return ConvertToGguf(source,
                       {.path = output, .allow_nonfinite = allow_nonfinite},
                       convert)
      .status();
}

}  // namespace tessera
