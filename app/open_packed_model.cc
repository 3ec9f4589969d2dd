#include "app/open_packed_model.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "app/cache_folder.h"
#include "app/model_files.h"
#include "app/pack_into_cache.h"
#include "app/packing_error.h"
#include "app/unnamed_pack.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"
#include "converter/quantize/quantize_recipe.h"
#include "converter/source/open_source.h"
#include "formats/arena/arena_header.h"

namespace tessera {
namespace {

bool IsArena(const std::string& path) {
  const absl::StatusOr<MappedFile> file = MappedFile::Open(path);
  return file.ok() && HasArenaMagic(file->bytes());
}

// In the converter's words if it cannot be opened at all.
absl::StatusOr<ModelFiles> FilesOf(const std::string& path) {
  absl::StatusOr<ModelFiles> files = FindModelFiles(path);
  if (files.ok()) return files;
  TESSERA_RETURN_IF_ERROR(OpenWeightSource(path).status());
  return files.status();
}

absl::StatusOr<std::string> FolderFor(const PackedModelOptions& options) {
  absl::StatusOr<std::string> folder = FindCacheFolder(options.cache_dir);
  if (folder.ok()) return folder;
  return absl::Status(folder.status().code(),
                      absl::StrCat(folder.status().message(), ", or use ",
                                   CacheFlag("no_cache")));
}

absl::StatusOr<PackedModel> FindOrPack(const std::string& path,
                                       const PackedModelOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const QuantizeRecipe recipe,
                           QuantizeRecipe::Parse(options.quantize));
  if (IsArena(path)) {
    if (!recipe.keeps()) {
      return absl::InvalidArgumentError(absl::StrCat(
          path,
          ": is an arena, which --quantize does not change; give the "
          "model that it was made from"));
    }
    PackedModel model;
    model.arena = path;
    return model;
  }
  TESSERA_ASSIGN_OR_RETURN(const ModelFiles files, FilesOf(path));
  PackedModelOptions exact = options;
  exact.quantize = recipe.name();
  if (options.no_cache) return PackUnnamed(path, exact);
  TESSERA_ASSIGN_OR_RETURN(const std::string folder, FolderFor(options));
  return PackIntoCache(path, files, folder, exact);
}

}  // namespace

absl::StatusOr<PackedModel> OpenPackedModel(const std::string& path,
                                            const PackedModelOptions& options) {
  absl::StatusOr<PackedModel> model = FindOrPack(path, options);
  if (model.ok()) return model;
  return PackingError(model.status(), path, options.quantize);
}

}  // namespace tessera
