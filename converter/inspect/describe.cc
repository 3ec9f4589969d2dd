#include "converter/inspect/describe.h"

#include "absl/strings/match.h"
#include "converter/inspect/describe_arena.h"
#include "converter/inspect/describe_gguf.h"
#include "converter/inspect/describe_safetensors.h"
#include "formats/arena/arena_header.h"
#include "formats/foreign/foreign_file.h"
#include "formats/gguf/gguf_constants.h"
#include "formats/safetensors/safetensors_reader.h"

namespace tessera {
namespace {

enum class Format { kArena, kGguf, kSafetensors, kForeign, kUnknown };

Format FormatOf(const std::string& path, absl::Span<const uint8_t> file) {
  if (HasArenaMagic(file)) return Format::kArena;
  const absl::string_view first(reinterpret_cast<const char*>(file.data()),
                                file.size());
  if (absl::StartsWith(first, kGgufMagic)) return Format::kGguf;
  if (LooksLikeSafetensors(file)) return Format::kSafetensors;
  if (!DescribeForeignFile(path, file).empty()) return Format::kForeign;
  if (absl::EndsWith(path, ".arena")) return Format::kArena;
  if (absl::EndsWith(path, ".gguf")) return Format::kGguf;
  if (absl::EndsWith(path, ".safetensors")) return Format::kSafetensors;
  return Format::kUnknown;
}

FileTotal TotalOf(const FileDescription& file) {
  FileTotal total = {file.path.substr(file.path.find_last_of('/') + 1),
                     file.file_size, file.tensors.size(), 0, 0};
  for (const TensorDescription& tensor : file.tensors) {
    total.weights += tensor.weights;
    total.tensor_bytes += tensor.bytes;
  }
  return total;
}

}  // namespace

absl::StatusOr<FileDescription> DescribeFile(const std::string& path,
                                             absl::Span<const uint8_t> file,
                                             const DescribeOptions& options) {
  absl::StatusOr<FileDescription> description = [&] {
    switch (FormatOf(path, file)) {
      case Format::kArena:
        return DescribeArena(file, options.verify_with);
      case Format::kGguf:
        return DescribeGguf(file);
      case Format::kSafetensors:
        return DescribeSafetensors(file);
      case Format::kForeign:
        return absl::StatusOr<FileDescription>(CheckNotForeign(path, file));
      case Format::kUnknown:
        break;
    }
    return absl::StatusOr<FileDescription>(absl::InvalidArgumentError(
        "neither an arena nor a GGUF nor a safetensors file"));
  }();
  if (!description.ok()) return description;
  description->path = path;
  description->file_size = file.size();
  description->files = {TotalOf(*description)};
  if (options.verify_with != nullptr && description->verified.empty()) {
    description->verified =
        "the structure; files of this format hold no hashes";
  }
  return description;
}

}  // namespace tessera
