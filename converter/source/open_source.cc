#include "converter/source/open_source.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"
#include "converter/source/arena_source.h"
#include "converter/source/gguf_source.h"
#include "converter/source/safetensors_source.h"
#include "formats/arena/arena_header.h"
#include "formats/gguf/gguf_constants.h"

namespace tessera {
namespace {

absl::string_view FirstBytes(const MappedFile& file, size_t count) {
  return absl::string_view(reinterpret_cast<const char*>(file.bytes().data()),
                           std::min<size_t>(count, file.bytes().size()));
}

// A safetensors file begins with the length of its header and "{".
bool LooksLikeSafetensors(absl::string_view head) {
  return head.size() > 8 && head[8] == '{' &&
         absl::EndsWith(head.substr(4, 4), absl::string_view("\0\0", 2));
}

}  // namespace

absl::StatusOr<WeightSource> OpenWeightSource(const std::string& path,
                                              const SourceOptions& options) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return OpenHuggingFaceFolder(path, options.tensors_only);
  }
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  const absl::string_view head = FirstBytes(file, 16);
  if (HasArenaMagic(file.bytes()))
    return OpenArenaSource(path, options.tensors_only);
  if (absl::StartsWith(head, kGgufMagic)) {
    return OpenGgufSource(path, options.tensors_only);
  }
  if (LooksLikeSafetensors(head) || absl::EndsWith(path, ".safetensors")) {
    return OpenSafetensorsSource(path, options.tensors_only);
  }
  if (absl::StartsWith(head, "{") || absl::EndsWith(path, ".json")) {
    return OpenSafetensorsIndexSource(path, options.tensors_only);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      path,
      ": neither GGUF nor safetensors nor an arena; the input is a "
      ".gguf, a .safetensors, a model.safetensors.index.json, a Hugging "
      "Face folder or a .arena"));
}

}  // namespace tessera
