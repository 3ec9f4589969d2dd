#include "converter/source/hugging_face_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/mapped_file.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "converter/source/hub_cache.h"
#include "formats/foreign/foreign_file.h"

namespace tessera {
namespace {

constexpr char kTemplateFolder[] = "additional_chat_templates";
// Real folders have three or four.
constexpr size_t kMaxTemplates = 1000;
// A tokenizer has 10 to 30 MB.
constexpr uint64_t kMaxFileBytes = uint64_t{256} << 20;

constexpr absl::string_view kNames[] = {
    "config.json",       "generation_config.json",
    "tokenizer.json",    "tokenizer_config.json",
    "tokenizer.model",   "special_tokens_map.json",
    "added_tokens.json", "vocab.json",
    "merges.txt",        "chat_template.jinja",
    "chat_template.json"};

absl::StatusOr<std::string> ReadContent(const std::filesystem::path& path) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file,
                           MappedFile::Open(path.string()));
  TESSERA_RETURN_IF_ERROR(CheckNotReplaced(path.string(), file.bytes()));
  const absl::Span<const uint8_t> bytes = file.bytes();
  if (bytes.empty() && path.extension() == ".json") {
    return absl::DataLossError(
        absl::StrCat(path.string(), ": is empty; download it again"));
  }
  if (bytes.size() > kMaxFileBytes) {
    return absl::DataLossError(
        absl::StrCat(path.string(), ": has ", HumanBytes(bytes.size()),
                     ", more than any file of its name"));
  }
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

absl::StatusOr<HuggingFaceFiles> ReadHuggingFaceFiles(
    const std::string& folder) {
  HuggingFaceFiles files;
  for (const absl::string_view name : kNames) {
    const std::filesystem::path path =
        std::filesystem::path(folder) / std::string(name);
    absl::StatusOr<std::string> content = ReadContent(path);
    if (absl::IsNotFound(content.status())) {
      TESSERA_RETURN_IF_ERROR(CheckLink(path));
      continue;
    }
    if (!content.ok()) return content.status();
    files.emplace(name, *std::move(content));
  }
  return files;
}

absl::StatusOr<std::map<std::string, std::string>> ReadAdditionalChatTemplates(
    const std::string& folder) {
  std::map<std::string, std::string> templates;
  std::error_code error;
  std::filesystem::directory_iterator entry(
      std::filesystem::path(folder) / kTemplateFolder, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (path.extension() != ".jinja") continue;
    if (templates.size() == kMaxTemplates) {
      return absl::DataLossError(absl::StrCat(path.parent_path().string(),
                                              ": more than ", kMaxTemplates,
                                              " chat templates"));
    }
    TESSERA_ASSIGN_OR_RETURN(templates[path.stem().string()],
                             ReadContent(path));
  }
  return templates;
}

std::vector<std::string> HuggingFaceFileNames(const std::string& folder) {
  const std::filesystem::path root(folder);
  std::vector<std::string> names;
  std::error_code error;
  for (const absl::string_view name : kNames) {
    if (std::filesystem::exists(root / std::string(name), error)) {
      names.emplace_back(name);
    }
  }
  std::filesystem::directory_iterator entry(root / kTemplateFolder, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (path.extension() != ".jinja") continue;
    names.push_back(
        absl::StrCat(kTemplateFolder, "/", path.filename().string()));
  }
  std::sort(names.begin(), names.end());
  return names;
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
