#include "converter/inspect/describe.h"

#include <cstring>

#include "absl/strings/match.h"
#include "converter/inspect/describe_arena.h"
#include "converter/inspect/describe_gguf.h"
#include "converter/inspect/describe_safetensors.h"
#include "formats/arena/arena_header.h"
#include "formats/gguf/gguf_constants.h"

namespace tessera {
namespace {

enum class Format { kArena, kGguf, kSafetensors, kUnknown };

// A safetensors file has no magic: it starts with the length of a JSON object.
bool LooksLikeSafetensors(absl::Span<const uint8_t> file) {
  uint64_t header_bytes;
  if (file.size() < sizeof(header_bytes) + 2) return false;
  std::memcpy(&header_bytes, file.data(), sizeof(header_bytes));
  return file[sizeof(header_bytes)] == '{' && header_bytes < file.size();
}

Format FormatOf(const std::string& path, absl::Span<const uint8_t> file) {
  if (HasArenaMagic(file)) return Format::kArena;
  const absl::string_view first(reinterpret_cast<const char*>(file.data()),
                                file.size());
  if (absl::StartsWith(first, kGgufMagic)) return Format::kGguf;
  if (LooksLikeSafetensors(file)) return Format::kSafetensors;
  if (absl::EndsWith(path, ".arena")) return Format::kArena;
  if (absl::EndsWith(path, ".gguf")) return Format::kGguf;
  if (absl::EndsWith(path, ".safetensors")) return Format::kSafetensors;
  return Format::kUnknown;
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
      case Format::kUnknown:
        break;
    }
    return absl::StatusOr<FileDescription>(absl::InvalidArgumentError(
        "neither an arena nor a GGUF nor a safetensors file"));
  }();
  if (!description.ok()) return description;
  description->path = path;
  description->file_size = file.size();
  if (options.verify_with != nullptr && description->verified.empty()) {
    description->verified =
        "the structure; files of this format hold no hashes";
  }
  return description;
}

}  // namespace tessera
