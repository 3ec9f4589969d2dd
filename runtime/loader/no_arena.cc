#include "runtime/loader/no_arena.h"

#include <filesystem>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/mapped_file.h"
#include "base/name_hint.h"
#include "base/nearest_name.h"
#include "formats/arena/arena_header.h"
#include "formats/foreign/foreign_file.h"
#include "formats/gguf/gguf_constants.h"
#include "formats/safetensors/safetensors_reader.h"

namespace tessera {
namespace {

absl::Status ToBeConverted(const std::string& path, absl::string_view what,
                           absl::string_view input) {
  // What is known to be damaged is not worth converting.
  const std::string hint = NameHint(path);
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": is ", what, ", not an arena; ",
                   hint.empty() ? ConvertAdvice(input) : hint));
}

// The folder of `path` if its config.json and tokenizer belong to the weights
// in it, else `path`.
std::string ModelOf(const std::string& path) {
  const std::filesystem::path file(path);
  std::error_code error;
  if (!std::filesystem::exists(file.parent_path() / "config.json", error)) {
    return path;
  }
  return file.has_parent_path() ? file.parent_path().string() : ".";
}

// A folder of a model has one of these; the only arena in it, if there is one,
// is what was meant.
absl::Status NoArenaFolder(const std::string& path) {
  std::error_code error;
  bool is_model = false;
  std::string arena;
  int arenas = 0;
  std::string gguf;
  int ggufs = 0;
  for (std::filesystem::directory_iterator entry(path, error);
       !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    is_model = is_model || name == "config.json" ||
               absl::EndsWith(name, ".safetensors") || name == "snapshots";
    if (absl::EndsWith(name, ".gguf")) {
      gguf = entry->path().string();
      ++ggufs;
    }
    if (!absl::EndsWith(name, ".arena")) continue;
    arena = entry->path().string();
    ++arenas;
  }
  if (arenas == 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a folder; did you mean ", arena, "?"));
  }
  if (is_model) return ToBeConverted(path, "a folder", path);
  if (ggufs == 1) return ToBeConverted(path, "a folder", gguf);
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": is a folder, not an arena"));
}

}  // namespace

absl::Status NoArenaMapped(const std::string& path,
                           const absl::Status& status) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return NoArenaFolder(path);
  return WithNearestName(path, status);
}

absl::Status CheckIsArena(const std::string& path) {
  const absl::StatusOr<MappedFile> file = MappedFile::Open(path);
  if (!file.ok()) return NoArenaMapped(path, file.status());
  if (HasArenaMagic(file->bytes())) return absl::OkStatus();
  return NoArena(path, file->bytes());
}

absl::Status NoArena(const std::string& path, absl::Span<const uint8_t> file) {
  const absl::string_view text(reinterpret_cast<const char*>(file.data()),
                               file.size());
  if (absl::StartsWith(text, kGgufMagic)) {
    return ToBeConverted(path, "a GGUF file", path);
  }
  if (LooksLikeSafetensors(file)) {
    return ToBeConverted(path, "a safetensors file", ModelOf(path));
  }
  if (absl::EndsWith(path, ".index.json") && absl::StartsWith(text, "{")) {
    return ToBeConverted(path, "the index of a safetensors checkpoint",
                         ModelOf(path));
  }
  const absl::Status foreign = CheckNotForeign(path, file);
  if (!foreign.ok()) return foreign;
  return WithNameHint(
      path, absl::DataLossError(absl::StrCat(
                path, ": not an arena: it does not begin as arenas do")));
}

}  // namespace tessera
