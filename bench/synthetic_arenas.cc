#include "bench/synthetic_arenas.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bench/synthetic_model.h"
#include "converter/convert_to_arena.h"
#include "converter/quantize/quantize_recipe.h"
#include "converter/source/open_source.h"

namespace tessera {

absl::StatusOr<SyntheticFiles> MakeSyntheticFiles(
    const ModelShape& shape, const std::string& type,
    const std::vector<LayoutChoice>& layouts, const std::string& folder,
    ThreadPool& pool) {
  TESSERA_ASSIGN_OR_RETURN(const QuantizeRecipe recipe,
                           QuantizeRecipe::Parse(type));
  const bool gguf_has_types = GgufHasTypesOf(shape, recipe);
  TESSERA_ASSIGN_OR_RETURN(
      const QuantizeRecipe gguf_recipe,
      QuantizeRecipe::Parse(gguf_has_types ? type : "F16"));
  TESSERA_ASSIGN_OR_RETURN(
      const QuantizeRecipe arena_recipe,
      QuantizeRecipe::Parse(gguf_has_types ? "keep" : type));

  const std::string stem = absl::StrCat(folder, "/", shape.name, "-", type);
  SyntheticFiles files;
  files.gguf = absl::StrCat(stem, ".gguf");
  TESSERA_RETURN_IF_ERROR(
      WriteSyntheticGguf(shape, gguf_recipe, files.gguf, pool));
  TESSERA_ASSIGN_OR_RETURN(const WeightSource source,
                           OpenWeightSource(files.gguf));
  for (const LayoutChoice& layout : layouts) {
    ConvertOptions options;
    options.plan.layout = layout.order;
    options.plan.profile = layout.profile;
    options.plan.recipe = arena_recipe;
    options.threads = pool.size();
    options.overwrite = true;
    options.quiet = true;
    files.arenas.push_back(absl::StrCat(stem, "-", layout.name, ".arena"));
    TESSERA_RETURN_IF_ERROR(
        ConvertToArena(source, files.arenas.back(), options).status());
  }
  return files;
}

void RemoveSyntheticFiles(const SyntheticFiles& files) {
  std::error_code error;
  std::filesystem::remove(files.gguf, error);
  for (const std::string& arena : files.arenas) {
    std::filesystem::remove(arena, error);
  }
}

}  // namespace tessera
