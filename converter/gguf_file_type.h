// general.file_type: GGUF's number for the mix of types in a file.
#ifndef CONVERTER_GGUF_FILE_TYPE_H_
#define CONVERTER_GGUF_FILE_TYPE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

inline constexpr absl::string_view kGgufFileTypeKey = "general.file_type";

// general.quantization_version, of the blocks of all types.
inline constexpr uint32_t kGgufQuantizationVersion = 2;

// The number (enum llama_ftype of llama.cpp) of a mix named as in --quantize,
// or nullopt for one that GGUF has none for.
std::optional<uint32_t> GgufFileType(absl::string_view recipe);

// Corrects the metadata of a GGUF source that was quantized by `recipe`:
// general.file_type becomes the mix's number, or goes if it has none, and
// general.quantization_version is there. Other sources have no metadata.
void SetFileType(absl::string_view recipe, Source* source);

}  // namespace tessera

#endif  // CONVERTER_GGUF_FILE_TYPE_H_
