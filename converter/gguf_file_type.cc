#include "converter/gguf_file_type.h"

#include <string>

#include "formats/gguf/gguf_constants.h"

namespace tessera {
namespace {

constexpr absl::string_view kFileTypeKey = "general.file_type";

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

}  // namespace

std::optional<uint32_t> GgufFileType(absl::string_view recipe) {
  for (const FileType& type : kFileTypes) {
    if (type.recipe == recipe) return type.number;
  }
  return std::nullopt;
}

void SetFileType(absl::string_view recipe, Source* source) {
  const std::optional<uint32_t> number = GgufFileType(recipe);
  auto& metadata = *source->mutable_metadata();
  for (int i = 0; i < metadata.size(); ++i) {
    if (metadata[i].key() != kFileTypeKey) continue;
    if (number.has_value()) {
      metadata[i].set_type(static_cast<uint32_t>(GgufType::kUint32));
      metadata[i].set_value(&*number, sizeof(*number));
    } else {
      metadata.DeleteSubrange(i, 1);
    }
    return;
  }
}

}  // namespace tessera
