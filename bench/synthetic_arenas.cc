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
  TESSERA_ASSIGN_OR_RETURN(const bool gguf_has_types,
                           GgufHasTypesOf(shape, recipe));
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
    OutputOptions arena;
    arena.plan.layout = layout.order;
    arena.plan.profile = layout.profile;
    arena.plan.recipe = arena_recipe;
    arena.path = absl::StrCat(stem, "-", layout.name, ".arena");
    files.arenas.push_back(arena.path);
    ConvertOptions options;
    options.threads = pool.size();
    options.overwrite = true;
    options.quiet = true;
    TESSERA_RETURN_IF_ERROR(ConvertToArena(source, arena, options).status());
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
