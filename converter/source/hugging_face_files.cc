#include "converter/source/hugging_face_files.h"

#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr absl::string_view kNames[] = {
    "config.json",       "generation_config.json",
    "tokenizer.json",    "tokenizer_config.json",
    "tokenizer.model",   "special_tokens_map.json",
    "added_tokens.json", "vocab.json",
    "merges.txt",        "chat_template.jinja",
    "chat_template.json"};

}  // namespace

absl::StatusOr<HuggingFaceFiles> ReadHuggingFaceFiles(
    const std::string& folder) {
  HuggingFaceFiles files;
  for (const absl::string_view name : kNames) {
    const std::filesystem::path path =
        std::filesystem::path(folder) / std::string(name);
    const absl::StatusOr<MappedFile> file = MappedFile::Open(path.string());
    if (absl::IsNotFound(file.status())) continue;
    if (!file.ok()) return file.status();
    const absl::Span<const uint8_t> bytes = file->bytes();
    files.emplace(name, std::string(bytes.begin(), bytes.end()));
  }
  return files;
}

absl::StatusOr<std::vector<PackedAttachment>> PackHuggingFaceFiles(
    const HuggingFaceFiles& files) {
  std::vector<PackedAttachment> attachments;
  for (const absl::string_view name : kNames) {
    const auto found = files.find(std::string(name));
    if (found == files.end()) continue;
    TESSERA_ASSIGN_OR_RETURN(PackedAttachment packed,
                             PackAttachment(name, found->second));
    attachments.push_back(std::move(packed));
  }
  return attachments;
}

}  // namespace tessera
