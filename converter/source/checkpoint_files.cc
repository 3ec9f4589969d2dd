#include "converter/source/checkpoint_files.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/counted.h"
#include "base/file_error.h"
#include "base/mapped_file.h"
#include "base/quoted.h"
#include "base/quoted_list.h"
#include "base/status_macros.h"
#include "converter/source/folder_contents.h"
#include "converter/source/hub_cache.h"
#include "formats/foreign/foreign_file.h"
#include "formats/safetensors/shard_name.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr char kIndexName[] = "model.safetensors.index.json";
constexpr char kSingleName[] = "model.safetensors";
constexpr absl::string_view kStem = "model";  // of sets
// How Mistral's repositories call the form of the weights that has other names
// of tensors; most have the usual form beside it.
constexpr absl::string_view kMistralForm = "consolidated";

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// "model.safetensors.index.json", "model.safetensors.index.fp16.json".
bool IsIndexName(absl::string_view name) {
  return absl::StrContains(name, ".safetensors.index.") &&
         absl::EndsWith(name, ".json");
}

// What adapters are called by PEFT: no part of the model beside them.
bool IsAdapterName(absl::string_view name) {
  return absl::StartsWith(name, "adapter_model");
}

absl::StatusOr<SafetensorsIndex> ReadIndex(const fs::path& path) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file,
                           MappedFile::Open(path.string()));
  TESSERA_RETURN_IF_ERROR(CheckNotReplaced(path.string(), file.bytes()));
  auto index = ParseSafetensorsIndex(absl::string_view(
      reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()));
  if (!index.ok()) return WithPath(path.string(), index.status());
  return index;
}

// ", as are 2 other files".
std::string AsAreOthers(size_t others) {
  if (others == 0) return "";
  return absl::StrCat(", as ", others == 1 ? "is " : "are ",
                      Counted(others, "other file"));
}

// Keeps in `files` those that are there. NotFound, naming the first, if one is
// not and all are wanted.
absl::Status CheckAllThere(const SourceOptions& options, absl::string_view of,
                           CheckpointFiles* files) {
  std::vector<std::string> there;
  std::vector<std::string> missing;
  const fs::path folder(files->folder);
  for (const std::string& name : files->names) {
    TESSERA_RETURN_IF_ERROR(CheckLink(folder / name));
    (Exists(folder / name) ? there : missing).push_back(name);
  }
  if (missing.empty()) return absl::OkStatus();
  if (options.tensors_only && !there.empty()) {
    files->notes.push_back(
        absl::StrCat((folder / missing.front()).string(), ": missing",
                     AsAreOthers(missing.size() - 1),
                     "; the tensors of the rest of ", of, " are converted"));
    files->names = std::move(there);
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat(
      (folder / missing.front()).string(), ": missing; ", of, " has ",
      Counted(files->names.size(), "file"), ", of which ", missing.size(),
      missing.size() == 1 ? " is" : " are",
      " not in the folder; download what is missing",
      there.empty()
          ? ""
          : "; --tensors_only converts the tensors of those that are there"));
}

// The set of a shard: all numbers, from 1 or from 0 on.
absl::StatusOr<CheckpointFiles> FilesOfSet(const fs::path& folder,
                                           const ShardName& shard,
                                           const SourceOptions& options) {
  CheckpointFiles files;
  files.folder = folder.string();
  const uint64_t first =
      Exists(folder / shard.Of(0)) && !Exists(folder / shard.Of(shard.count))
          ? 0
          : 1;
  for (uint64_t i = 0; i < shard.count; ++i) {
    files.names.push_back(shard.Of(first + i));
  }
  TESSERA_RETURN_IF_ERROR(CheckAllThere(options, "the set", &files));
  return files;
}

CheckpointFiles OneFile(const fs::path& folder, std::string name) {
  CheckpointFiles files;
  files.folder = folder.string();
  files.names.push_back(std::move(name));
  return files;
}

struct FolderNames {
  std::vector<std::string> indexes;
  std::vector<std::string> tensors;   // .safetensors, without adapters
  std::vector<std::string> adapters;  // .safetensors too
};

FolderNames NamesIn(const fs::path& folder) {
  FolderNames names;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    // Hidden ones are leftovers of downloads and of macOS ("._model...").
    if (absl::StartsWith(name, ".") || entry->is_directory(ignored)) continue;
    if (IsIndexName(name)) {
      names.indexes.push_back(std::move(name));
    } else if (absl::EndsWith(name, ".safetensors")) {
      (IsAdapterName(name) ? names.adapters : names.tensors)
          .push_back(std::move(name));
    }
  }
  std::sort(names.indexes.begin(), names.indexes.end());
  std::sort(names.tensors.begin(), names.tensors.end());
  std::sort(names.adapters.begin(), names.adapters.end());
  return names;
}

// One shard of each set.
std::vector<ShardName> SetsOf(const std::vector<std::string>& names) {
  std::vector<ShardName> sets;
  for (const std::string& name : names) {
    const std::optional<ShardName> shard = ParseShardName(name);
    if (!shard.has_value()) continue;
    const bool known =
        std::any_of(sets.begin(), sets.end(),
                    [&](const ShardName& set) { return set.IsOfSet(*shard); });
    if (!known) sets.push_back(*shard);
  }
  return sets;
}

bool HasModelSet(const std::vector<std::string>& names) {
  const std::vector<ShardName> sets = SetsOf(names);
  return std::any_of(sets.begin(), sets.end(),
                     [](const ShardName& set) { return set.stem == kStem; });
}

absl::Status SeveralModels(const fs::path& folder,
                           const std::vector<std::string>& names) {
  return absl::InvalidArgumentError(
      absl::StrCat(folder.string(), ": ", names.size(),
                   " .safetensors files that are not parts of one model: ",
                   QuotedList(names), "; give the one that is meant as INPUT"));
}

// What is left when neither an index nor a set says what belongs together.
absl::StatusOr<CheckpointFiles> ChooseFiles(
    const fs::path& folder, const std::vector<std::string>& names,
    const SourceOptions& options) {
  std::vector<ShardName> sets = SetsOf(names);
  std::vector<ShardName> usual;
  std::copy_if(sets.begin(), sets.end(), std::back_inserter(usual),
               [](const ShardName& set) { return set.stem == kStem; });
  if (usual.size() == 1) return FilesOfSet(folder, usual.front(), options);
  std::vector<std::string> others;
  std::copy_if(names.begin(), names.end(), std::back_inserter(others),
               [](const std::string& name) {
                 return !absl::StartsWith(name, kMistralForm);
               });
  if (others.empty() || others.size() == names.size()) others = names;
  sets = SetsOf(others);
  const bool is_one_set =
      sets.size() == 1 &&
      std::all_of(others.begin(), others.end(), [&](const std::string& name) {
        const auto shard = ParseShardName(name);
        return shard.has_value() && shard->IsOfSet(sets.front());
      });
  if (is_one_set) return FilesOfSet(folder, sets.front(), options);
  if (others.size() > 1) return SeveralModels(folder, others);
  TESSERA_RETURN_IF_ERROR(CheckLink(folder / others.front()));
  return OneFile(folder, others.front());
}

}  // namespace

absl::StatusOr<CheckpointFiles> CheckpointFilesOfIndex(
    const std::string& index, const SourceOptions& options) {
  const fs::path path(index);
  CheckpointFiles files;
  TESSERA_RETURN_IF_ERROR(CheckLink(path));
  TESSERA_ASSIGN_OR_RETURN(files.index, ReadIndex(path));
  files.index_path = index;
  files.folder = path.parent_path().string();
  files.names = files.index->shards;
  const bool is_pickled = std::all_of(
      files.names.begin(), files.names.end(),
      [](const std::string& name) { return absl::EndsWith(name, ".bin"); });
  if (!files.names.empty() && is_pickled) {
    return absl::InvalidArgumentError(absl::StrCat(
        index, ": is the index of PyTorch pickles (", Quoted(files.names[0]),
        "), which can run any code and are not read; give the folder if it "
        "has .safetensors too, else convert them first"));
  }
  TESSERA_RETURN_IF_ERROR(
      CheckAllThere(options, Quoted(path.filename().string()), &files));
  return files;
}

absl::StatusOr<CheckpointFiles> CheckpointFilesOf(
    const std::string& file, const SourceOptions& options) {
  const fs::path path(file);
  const std::string name = path.filename().string();
  const fs::path folder = path.parent_path();
  for (const std::string& candidate :
       NamesIn(folder.empty() ? fs::path(".") : folder).indexes) {
    const auto index = ReadIndex(folder / candidate);
    // One that is damaged is an error where the folder is given.
    if (!index.ok() ||
        !std::binary_search(index->shards.begin(), index->shards.end(), name)) {
      continue;
    }
    return CheckpointFilesOfIndex((folder / candidate).string(), options);
  }
  const std::optional<ShardName> shard = ParseShardName(name);
  if (shard.has_value()) return FilesOfSet(folder, *shard, options);
  return OneFile(folder, name);
}

absl::StatusOr<CheckpointFiles> CheckpointFilesIn(
    const std::string& folder, const SourceOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const std::optional<HubSnapshot> snapshot,
                           FindHubSnapshot(folder));
  if (snapshot.has_value()) {
    TESSERA_ASSIGN_OR_RETURN(CheckpointFiles files,
                             CheckpointFilesIn(snapshot->folder, options));
    files.notes.insert(files.notes.begin(), snapshot->note);
    return files;
  }
  const fs::path path(folder);
  const FolderNames names = NamesIn(path);
  const auto has = [&](const std::vector<std::string>& list,
                       absl::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  if (has(names.indexes, kIndexName)) {
    auto files = CheckpointFilesOfIndex((path / kIndexName).string(), options);
    const bool is_stale = absl::IsNotFound(files.status()) &&
                          has(names.tensors, kSingleName) &&
                          SetsOf(names.tensors).empty();
    if (!is_stale) return files;
  }
  if (has(names.tensors, kSingleName)) {
    TESSERA_RETURN_IF_ERROR(CheckLink(path / kSingleName));
    return OneFile(path, kSingleName);
  }
  const bool is_second_form =
      names.indexes.size() == 1 && HasModelSet(names.tensors) &&
      absl::StartsWith(names.indexes.front(), kMistralForm);
  if (names.indexes.size() == 1 && names.indexes.front() != kIndexName &&
      !is_second_form) {
    return CheckpointFilesOfIndex((path / names.indexes.front()).string(),
                                  options);
  }
  if (names.tensors.empty()) {
    if (options.tensors_only && !names.adapters.empty()) {
      return ChooseFiles(path, names.adapters, options);
    }
    return FolderWithoutWeights(folder);
  }
  return ChooseFiles(path, names.tensors, options);
}

}  // namespace tessera
