#include "converter/source/input_files.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"
#include "converter/source/checkpoint_files.h"
#include "converter/source/hugging_face_files.h"
#include "formats/gguf/gguf_constants.h"
#include "formats/gguf/gguf_split.h"
#include "formats/safetensors/safetensors_reader.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// A set is found by the names of its files. One that is missing is an error of
// whoever opens the set.
std::vector<InputFile> GgufFiles(const std::string& path) {
  const std::optional<GgufSplitName> split = ParseGgufSplitName(path);
  if (!split.has_value()) return {{path, ""}};
  std::vector<InputFile> files;
  std::error_code error;
  for (const std::string& name : GgufSplitFileNames(*split)) {
    if (fs::exists(name, error)) files.push_back({name, ""});
  }
  return files;
}

std::vector<InputFile> FilesOf(const CheckpointFiles& checkpoint) {
  const fs::path folder(checkpoint.folder);
  std::vector<InputFile> files;
  for (const std::string& name : checkpoint.names) {
    files.push_back({(folder / name).string(), ""});
  }
  if (!checkpoint.index_path.empty()) {
    files.push_back({checkpoint.index_path, "index"});
  }
  for (const std::string& name : HuggingFaceFileNames(checkpoint.folder)) {
    files.push_back({(folder / name).string(), name});
  }
  return files;
}

absl::StatusOr<CheckpointFiles> FindCheckpoint(const std::string& path,
                                               bool is_folder, bool is_index) {
  if (is_folder) return CheckpointFilesIn(path, {});
  return is_index ? CheckpointFilesOfIndex(path, {})
                  : CheckpointFilesOf(path, {});
}

}  // namespace

absl::StatusOr<std::vector<InputFile>> ListInputFiles(const std::string& path) {
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  bool is_index = false;
  if (!is_folder) {
    const absl::StatusOr<MappedFile> file = MappedFile::Open(path);
    if (!file.ok()) return std::vector<InputFile>{{path, ""}};
    const absl::string_view text(
        reinterpret_cast<const char*>(file->bytes().data()),
        file->bytes().size());
    if (absl::StartsWith(text, kGgufMagic)) return GgufFiles(path);
    if (!LooksLikeSafetensors(file->bytes())) {
      is_index = absl::StartsWith(text, "{") || absl::EndsWith(path, ".json");
      if (!is_index) return std::vector<InputFile>{{path, ""}};
    }
  }
  TESSERA_ASSIGN_OR_RETURN(const CheckpointFiles checkpoint,
                           FindCheckpoint(path, is_folder, is_index));
  return FilesOf(checkpoint);
}

}  // namespace tessera
