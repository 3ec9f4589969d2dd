#include "app/model_files.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/absolute_path.h"
#include "app/file_stamp.h"
#include "app/pack_record.h"
#include "base/digest.h"
#include "base/mapped_file.h"
#include "base/progress.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// Read at a time, between two steps of the progress.
constexpr uint64_t kPieceBytes = uint64_t{4} << 20;

// A record does not grow for ever.
constexpr int kMostModels = 16;

absl::StatusOr<std::string> HashFile(const std::string& path, bool quiet) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  const absl::Span<const uint8_t> bytes = file.bytes();
  Progress progress("compare", bytes.size(), quiet);
  const std::string name = fs::path(path).filename().string();
  Sha256Stream digest;
  for (uint64_t done = 0; done < bytes.size(); done += kPieceBytes) {
    const absl::Span<const uint8_t> piece = bytes.subspan(done, kPieceBytes);
    file.WillNeed(done + piece.size(), kPieceBytes);
    digest.Update(piece);
    progress.Advance(piece.size(), name);
  }
  TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
  return digest.Digest();
}

bool HasSameSizes(const PackRecord& record, const ModelFiles& model) {
  if (record.files_size() != static_cast<int>(model.files.size())) return false;
  for (size_t i = 0; i < model.files.size(); ++i) {
    const ContentFile& file = record.files(static_cast<int>(i));
    if (file.role() != model.files[i].role ||
        file.size() != model.stamps[i].size()) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::StatusOr<ModelFiles> FindModelFiles(const std::string& path) {
  ModelFiles model;
  TESSERA_ASSIGN_OR_RETURN(model.path, AbsolutePath(path));
  TESSERA_ASSIGN_OR_RETURN(model.files, ListInputFiles(path));
  for (const InputFile& file : model.files) {
    TESSERA_ASSIGN_OR_RETURN(model.stamps.emplace_back(), StampOf(file.path));
  }
  AwaitNextTick(model.stamps);
  return model;
}

bool HasStamps(const PackRecord& record, const ModelFiles& model) {
  const auto is_same = [&model](const KnownModel& known) {
    return std::equal(known.stamps().begin(), known.stamps().end(),
                      model.stamps.begin(), model.stamps.end(), IsSameStamp);
  };
  if (record.files_size() != static_cast<int>(model.files.size())) return false;
  for (size_t i = 0; i < model.files.size(); ++i) {
    if (record.files(static_cast<int>(i)).role() != model.files[i].role) {
      return false;
    }
  }
  return std::any_of(record.models().begin(), record.models().end(), is_same);
}

ModelDigests::ModelDigests(const ModelFiles& model,
                           absl::Span<const PackCache::Entry> entries)
    : model_(model), digests_(model.files.size()) {
  for (const PackCache::Entry& entry : entries) {
    if (!entry.record.ok() || !IsFinished(*entry.record)) continue;
    for (const KnownModel& known : entry.record->models()) {
      for (int i = 0; i < known.stamps_size(); ++i) {
        for (size_t own = 0; own < digests_.size(); ++own) {
          if (!IsSameStamp(known.stamps(i), model.stamps[own])) continue;
          digests_[own] = entry.record->files(i).sha256();
        }
      }
    }
  }
}

absl::StatusOr<std::string> ModelDigests::Of(size_t index, bool quiet) {
  std::optional<std::string>& digest = digests_[index];
  if (digest.has_value()) return *digest;
  const std::string& path = model_.files[index].path;
  TESSERA_ASSIGN_OR_RETURN(std::string computed, HashFile(path, quiet));
  TESSERA_ASSIGN_OR_RETURN(const FileStamp stamp, StampOf(path));
  if (!IsSameStamp(stamp, model_.stamps[index])) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": changed while it was read; try again"));
  }
  bytes_read_ += stamp.size();
  digest = std::move(computed);
  return *digest;
}

absl::StatusOr<bool> HasContent(const PackRecord& record,
                                const ModelFiles& model, bool quiet,
                                ModelDigests& digests) {
  if (!IsFinished(record) || !HasSameSizes(record, model)) return false;
  std::vector<size_t> by_size(model.files.size());
  std::iota(by_size.begin(), by_size.end(), size_t{0});
  std::sort(by_size.begin(), by_size.end(), [&model](size_t a, size_t b) {
    return model.stamps[a].size() < model.stamps[b].size();
  });
  for (const size_t i : by_size) {
    TESSERA_ASSIGN_OR_RETURN(const std::string digest, digests.Of(i, quiet));
    if (digest != record.files(static_cast<int>(i)).sha256()) return false;
  }
  return true;
}

void Remember(const ModelFiles& model, PackRecord* record) {
  std::vector<KnownModel> models(1);
  models.front().set_path(model.path);
  models.front().mutable_stamps()->Assign(model.stamps.begin(),
                                          model.stamps.end());
  for (const KnownModel& known : record->models()) {
    if (known.path() == model.path ||
        models.size() == static_cast<size_t>(kMostModels)) {
      continue;
    }
    models.push_back(known);
  }
  record->mutable_models()->Assign(models.begin(), models.end());
}

}  // namespace tessera
