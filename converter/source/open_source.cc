#include "converter/source/open_source.h"

#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/mapped_file.h"
#include "base/name_hint.h"
#include "base/nearest_name.h"
#include "base/status_macros.h"
#include "converter/source/arena_source.h"
#include "converter/source/gguf_source.h"
#include "converter/source/safetensors_source.h"
#include "formats/arena/arena_header.h"
#include "formats/foreign/foreign_file.h"
#include "formats/gguf/gguf_constants.h"
#include "formats/safetensors/safetensors_reader.h"

namespace tessera {
namespace {

absl::string_view TextOf(const MappedFile& file) {
  return absl::string_view(reinterpret_cast<const char*>(file.bytes().data()),
                           file.bytes().size());
}

absl::StatusOr<WeightSource> OpenFile(const std::string& path,
                                      const SourceOptions& options) {
  absl::StatusOr<MappedFile> file = MappedFile::Open(path);
  if (!file.ok()) return WithNearestName(path, file.status());
  if (HasArenaMagic(file->bytes()))
    return OpenArenaSource(path, options.tensors_only);
  if (absl::StartsWith(TextOf(*file), kGgufMagic))
    return OpenGgufSource(path, options);
  if (LooksLikeSafetensors(file->bytes()))
    return OpenSafetensorsSource(path, options);
  TESSERA_RETURN_IF_ERROR(CheckNotForeign(path, file->bytes()));
  if (absl::StartsWith(TextOf(*file), "{") || absl::EndsWith(path, ".json")) {
    return OpenSafetensorsIndexSource(path, options);
  }
  if (absl::EndsWith(path, ".safetensors"))
    return OpenSafetensorsSource(path, options);
  return absl::InvalidArgumentError(absl::StrCat(
      path,
      ": neither GGUF nor safetensors nor an arena; the input is a "
      ".gguf, a .safetensors, a model.safetensors.index.json, a Hugging "
      "Face folder or a .arena"));
}

}  // namespace

absl::StatusOr<WeightSource> OpenWeightSource(const std::string& path,
                                              const SourceOptions& options) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return OpenHuggingFaceFolder(path, options);
  }
  absl::StatusOr<WeightSource> source = OpenFile(path, options);
  if (!source.ok()) return WithNameHint(path, source.status());
  return source;
}

}  // namespace tessera
