#include "converter/source/checkpoint_tensors.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/file_error.h"
#include "base/mapped_file.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/foreign/foreign_file.h"
#include "formats/safetensors/safetensors_reader.h"

namespace tessera {
namespace {

// " and 3 more tensors", behind the name of the first of `count`.
std::string More(uint64_t count) {
  if (count == 1) return "";
  return absl::StrCat(" and ", count - 1,
                      count == 2 ? " more tensor" : " more tensors");
}

class TensorAdder {
 public:
  TensorAdder(const CheckpointFiles& files, WeightSource* source)
      : files_(files), source_(*source) {}

  absl::Status Run();

 private:
  absl::Status AddFile(const std::string& name);
  absl::Status Add(size_t file, SafetensorsTensor tensor);
  bool IsCopy(const SourceTensor& there, size_t file,
              const SafetensorsTensor& tensor) const;
  absl::Status CheckIndexed() const;
  void Note();

  const CheckpointFiles& files_;
  WeightSource& source_;
  // Of the index, by tensor.
  absl::flat_hash_map<absl::string_view, absl::string_view> shards_;
  absl::flat_hash_map<std::string, size_t> index_;  // in source_.tensors
  uint64_t strays_ = 0;  // that the index does not have
  std::string first_stray_;
  uint64_t copies_ = 0;
  std::string first_copy_;
};

bool TensorAdder::IsCopy(const SourceTensor& there, size_t file,
                         const SafetensorsTensor& tensor) const {
  if (there.type != tensor.type || there.shape != tensor.shape) return false;
  const SourcePart& part = there.parts[0];
  const auto a =
      source_.files[part.file].bytes().subspan(part.offset, there.size);
  const auto b =
      source_.files[file].bytes().subspan(tensor.offset, tensor.size);
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

absl::Status TensorAdder::Add(size_t file, SafetensorsTensor tensor) {
  const auto [known, is_new] =
      index_.emplace(tensor.name, source_.tensors.size());
  if (!is_new) {
    const SourceTensor& there = source_.tensors[known->second];
    if (!IsCopy(there, file, tensor)) {
      return absl::DataLossError(absl::StrCat(
          source_.files[file].path(), ": tensor ", Quoted(tensor.name),
          " is in ", source_.files[there.parts[0].file].path(),
          " too, and differs"));
    }
    if (copies_++ == 0) first_copy_ = tensor.name;
    return absl::OkStatus();
  }
  SourceTensor& from = source_.tensors.emplace_back();
  from.name = tensor.name;
  from.source_name = std::move(tensor.name);
  from.type = tensor.type;
  from.shape = std::move(tensor.shape);
  from.parts = {{file, tensor.offset}};
  from.size = tensor.size;
  return absl::OkStatus();
}

absl::Status TensorAdder::AddFile(const std::string& name) {
  const std::string path =
      (std::filesystem::path(files_.folder) / name).string();
  TESSERA_ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
  TESSERA_RETURN_IF_ERROR(CheckNotForeign(path, file.bytes()));
  auto parsed = ParseSafetensors(file.bytes());
  if (!parsed.ok()) return WithPath(path, parsed.status());
  const size_t number = source_.files.size();
  source_.files.push_back(std::move(file));
  for (SafetensorsTensor& tensor : parsed->tensors) {
    if (files_.index.has_value()) {
      const auto entry = shards_.find(tensor.name);
      // The index decides; a tensor that it has elsewhere is a stray copy.
      if (entry != shards_.end() && entry->second != name) continue;
      if (entry == shards_.end() && strays_++ == 0) {
        first_stray_ = tensor.name;
      }
    }
    TESSERA_RETURN_IF_ERROR(Add(number, std::move(tensor)));
  }
  return absl::OkStatus();
}

absl::Status TensorAdder::CheckIndexed() const {
  const absl::flat_hash_set<absl::string_view> read(files_.names.begin(),
                                                    files_.names.end());
  for (const auto& [tensor, shard] : shards_) {
    if (!read.contains(shard) || index_.contains(tensor)) continue;
    return absl::DataLossError(absl::StrCat(files_.index_path, ": tensor ",
                                            Quoted(tensor), " is not in ",
                                            shard, ", where the index has it"));
  }
  return absl::OkStatus();
}

void TensorAdder::Note() {
  if (strays_ > 0) {
    source_.notes.push_back(absl::StrCat(
        files_.index_path, ": the index lacks ", Quoted(first_stray_),
        More(strays_), ", which its files have; ",
        strays_ == 1 ? "it is taken" : "they are taken"));
  }
  if (copies_ > 0) {
    source_.notes.push_back(absl::StrCat(
        Quoted(first_copy_), More(copies_), copies_ == 1 ? " is" : " are",
        " in several files of the checkpoint, with the same values"));
  }
}

absl::Status TensorAdder::Run() {
  if (files_.index.has_value()) {
    for (const SafetensorsIndex::Entry& entry : files_.index->entries) {
      shards_.emplace(entry.tensor, entry.shard);
    }
  }
  for (const std::string& name : files_.names) {
    TESSERA_RETURN_IF_ERROR(AddFile(name));
  }
  TESSERA_RETURN_IF_ERROR(CheckIndexed());
  Note();
  return absl::OkStatus();
}

}  // namespace

absl::Status AddCheckpointTensors(const CheckpointFiles& files,
                                  WeightSource* source) {
  return TensorAdder(files, source).Run();
}

}  // namespace tessera
