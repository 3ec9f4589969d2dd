#include "converter/gguf_file_type.h"

#include <string>

#include "formats/gguf/gguf_constants.h"

namespace tessera {
namespace {

struct FileType {
  absl::string_view recipe;
  uint32_t number;
};

constexpr FileType kFileTypes[] = {
    {"F32", 0},     {"F16", 1},     {"Q4_0", 2},    {"Q4_1", 3},
    {"Q8_0", 7},    {"Q5_0", 8},    {"Q5_1", 9},    {"Q4_K_S", 14},
    {"Q4_K_M", 15}, {"Q5_K_S", 16}, {"Q5_K_M", 17}, {"Q6_K", 18},
    {"IQ4_NL", 25}, {"BF16", 32},
};

// Sets the entry `key`, or removes it if there is no value.
void SetUint32(absl::string_view key, std::optional<uint32_t> value,
               Source* source) {
  auto& metadata = *source->mutable_metadata();
  int index = 0;
  while (index < metadata.size() && metadata[index].key() != key) ++index;
  if (!value.has_value()) {
    if (index < metadata.size()) metadata.DeleteSubrange(index, 1);
    return;
  }
  SourceMetadata& entry =
      index < metadata.size() ? metadata[index] : *metadata.Add();
  entry.set_key(std::string(key));
  entry.set_type(static_cast<uint32_t>(GgufType::kUint32));
  entry.set_value(&*value, sizeof(*value));
}

}  // namespace

std::optional<uint32_t> GgufFileType(absl::string_view recipe) {
  for (const FileType& type : kFileTypes) {
    if (type.recipe == recipe) return type.number;
  }
  return std::nullopt;
}

void SetFileType(absl::string_view recipe, Source* source) {
  if (source->format() != "gguf") return;
  SetUint32(kGgufFileTypeKey, GgufFileType(recipe), source);
  SetUint32("general.quantization_version", kGgufQuantizationVersion, source);
}

}  // namespace tessera
