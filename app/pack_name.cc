#include "app/pack_name.h"

#include <cstdint>
#include <filesystem>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "formats/gguf/gguf_split.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostReadableBytes = 60;
constexpr size_t kHashBytes = 8;

// Folders are called by their name, and so are files that are called "model",
// as most checkpoints are; a snapshot in the cache of the Hub by its
// repository.
std::string ReadableName(const std::string& model) {
  const fs::path path(model);
  const fs::path parent = path.parent_path();
  if (parent.filename() == "snapshots") {
    return parent.parent_path().filename().string();
  }
  const std::optional<GgufSplitName> split = ParseGgufSplitName(model);
  if (split.has_value()) return fs::path(split->prefix).filename().string();
  std::string name = path.filename().string();
  if (absl::StartsWith(name, "model.") || absl::StartsWith(name, "model-")) {
    return parent.filename().string();
  }
  for (const char* end : {".gguf", ".safetensors"}) {
    if (absl::EndsWithIgnoreCase(name, end)) return path.stem().string();
  }
  return name;
}

std::string Portable(absl::string_view name) {
  std::string result;
  for (const char c : name.substr(0, kMostReadableBytes)) {
    const bool plain = absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                       c == '.' || c == '_' || c == '-';
    result.push_back(plain ? c : '_');
  }
  // Hidden files are easily overlooked.
  if (result.empty()) return "model";
  if (result[0] == '.' || result[0] == '-') result[0] = '_';
  return result;
}

}  // namespace

std::string NameOfPack(const ModelFiles& model, absl::string_view quantize) {
  std::string text = absl::StrCat(model.path, std::string(1, '\0'), quantize);
  for (const FileStamp& stamp : model.stamps) {
    absl::StrAppend(&text, " ", stamp.device(), " ", stamp.inode(), " ",
                    stamp.size(), " ", stamp.mtime_ns(), " ", stamp.ctime_ns());
  }
  const std::string hash = Xxh128(absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  std::string name = Portable(ReadableName(model.path));
  if (quantize != "keep") absl::StrAppend(&name, "-", quantize);
  return absl::StrCat(name, "-",
                      absl::BytesToHexString(hash.substr(0, kHashBytes)));
}

}  // namespace tessera
