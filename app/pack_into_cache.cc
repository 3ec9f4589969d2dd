#include "app/pack_into_cache.h"

#include <unistd.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "app/cache_folder.h"
#include "app/check_pack.h"
#include "app/file_lock.h"
#include "app/file_stamp.h"
#include "app/pack_cache.h"
#include "app/pack_model.h"
#include "app/pack_name.h"
#include "app/pack_record.h"
#include "base/message.h"
#include "base/status_macros.h"
#include "base/version.h"

namespace tessera {
namespace {

using How = PackedModel::How;

class CachedPack {
 public:
  CachedPack(const std::string& path, const ModelFiles& files,
             const std::string& folder, const PackedModelOptions& options)
      : path_(path), files_(files), cache_(folder), options_(options) {}

  absl::StatusOr<PackedModel> Get();

 private:
  const PackCache::Entry* FindByStamps() const;
  absl::StatusOr<const PackCache::Entry*> FindByContent();
  bool IsUntouched(const PackCache::Entry& entry) const;
  PackedModel Use(How how);
  absl::StatusOr<PackedModel> GetLocked();
  absl::Status CheckUsable(PackRecord* record) const;
  absl::Status CannotPack(const absl::Status& why) const;
  absl::StatusOr<PackedModel> Pack();
  absl::StatusOr<PackRecord> Finish(const PackReport& report);
  void RemoveOlderAttempts() const;

  const std::string& path_;
  const ModelFiles& files_;
  const PackCache cache_;
  const PackedModelOptions& options_;
  std::vector<PackCache::Entry> entries_;
  std::string name_;  // of the pack
  PackedModel result_;
};

// With a pack that is there or not.
const PackCache::Entry* CachedPack::FindByStamps() const {
  const PackCache::Entry* found = nullptr;
  for (const PackCache::Entry& entry : entries_) {
    if (!entry.record.ok() || !IsFinished(*entry.record) ||
        entry.record->quantize() != options_.quantize ||
        !HasStamps(*entry.record, files_)) {
      continue;
    }
    if (IsUntouched(entry)) return &entry;
    found = &entry;
  }
  return found;
}

absl::StatusOr<const PackCache::Entry*> CachedPack::FindByContent() {
  ModelDigests digests(files_, entries_);
  const PackCache::Entry* found = nullptr;
  for (const PackCache::Entry& entry : entries_) {
    if (!entry.record.ok() || entry.record->quantize() != options_.quantize) {
      continue;
    }
    TESSERA_ASSIGN_OR_RETURN(
        const bool same,
        HasContent(*entry.record, files_, options_.quiet, digests));
    if (!same) continue;
    found = &entry;
    if (IsUntouched(entry)) break;
  }
  result_.bytes_compared = digests.bytes_read();
  return found;
}

bool CachedPack::IsUntouched(const PackCache::Entry& entry) const {
  const absl::StatusOr<FileStamp> stamp = StampOf(cache_.PackPath(entry.name));
  return entry.record->kernel_abi() == options_.kernel_abi && stamp.ok() &&
         IsSameStamp(*stamp, entry.record->pack());
}

PackedModel CachedPack::Use(How how) {
  cache_.MarkUsed(name_);
  result_.how = how;
  result_.arena = cache_.PackPath(name_);
  return result_;
}

// Of a folder that cannot be used; what has cancelled the work stays as it is.
absl::Status CachedPack::CannotPack(const absl::Status& why) const {
  if (absl::IsCancelled(why)) return why;
  return WithCacheAdvice(absl::Status(
      why.code(), absl::StrCat(path_, ": cannot be packed: ", why.message())));
}

absl::StatusOr<PackedModel> CachedPack::Get() {
  absl::StatusOr<std::vector<PackCache::Entry>> entries = cache_.List();
  if (!entries.ok()) {
    TESSERA_RETURN_IF_ERROR(MakeCacheFolder(cache_.folder()));
    return CannotPack(entries.status());
  }
  entries_ = *std::move(entries);
  const PackCache::Entry* entry = FindByStamps();
  if (entry != nullptr && IsUntouched(*entry)) {
    name_ = entry->name;
    return Use(How::kMapped);
  }
  if (entry == nullptr) {
    TESSERA_ASSIGN_OR_RETURN(entry, FindByContent());
  }
  name_ =
      entry == nullptr ? NameOfPack(files_, options_.quantize) : entry->name;
  TESSERA_RETURN_IF_ERROR(MakeCacheFolder(cache_.folder()));
  const absl::StatusOr<FileLock> lock =
      FileLock::Take(cache_.LockPath(name_), [this] {
        PrintMessage(absl::StrCat("note: another process packs ", path_,
                                  "; waiting for it"));
      });
  if (lock.ok()) return GetLocked();
  // A cache that can only be read is as good for what it has.
  if (entry != nullptr && IsUntouched(*entry)) return Use(How::kSameContent);
  return CannotPack(lock.status());
}

// What was there before the lock may have changed while it was waited for.
absl::StatusOr<PackedModel> CachedPack::GetLocked() {
  absl::StatusOr<PackRecord> record = ReadPackRecord(cache_.RecordPath(name_));
  if (!record.ok() || !IsFinished(*record)) return Pack();
  const bool known = HasStamps(*record, files_);
  const absl::Status usable = CheckUsable(&*record);
  if (!usable.ok()) {
    result_.why = std::string(usable.message());
    PrintMessage(absl::StrCat("note: ", cache_.PackPath(name_), ": ",
                              result_.why, "; packing again"));
    return Pack();
  }
  Remember(files_, &*record);
  const absl::Status written =
      WritePackRecord(cache_.RecordPath(name_), *record);
  if (!written.ok()) PrintMessage(absl::StrCat("warning: ", written.message()));
  return Use(known ? How::kMapped : How::kSameContent);
}

// If only its stamp has changed, takes the new one into the record.
absl::Status CachedPack::CheckUsable(PackRecord* record) const {
  const std::string pack = cache_.PackPath(name_);
  if (record->kernel_abi() != options_.kernel_abi) {
    return absl::FailedPreconditionError(
        absl::StrCat("was packed for kernels of version ", record->kernel_abi(),
                     ", and this program has version ", options_.kernel_abi));
  }
  const absl::StatusOr<FileStamp> stamp = StampOf(pack);
  if (!stamp.ok()) return absl::NotFoundError("is gone");
  if (IsSameStamp(*stamp, record->pack())) return absl::OkStatus();
  const absl::Status intact = CheckPack(pack, *record, options_.threads);
  if (!intact.ok()) {
    return absl::DataLossError(
        absl::StrCat("is damaged (", intact.message(), ")"));
  }
  *record->mutable_pack() = *stamp;
  return absl::OkStatus();
}

// Of this very model, when its files had other stamps.
void CachedPack::RemoveOlderAttempts() const {
  for (const PackCache::Entry& entry : entries_) {
    if (!entry.record.ok() || entry.name == name_ ||
        IsFinished(*entry.record) || entry.record->models().empty() ||
        entry.record->models(0).path() != files_.path ||
        entry.record->quantize() != options_.quantize) {
      continue;
    }
    cache_.Remove(entry.name).status().IgnoreError();
  }
}

// First a record that tells whose the unfinished pack is.
absl::StatusOr<PackedModel> CachedPack::Pack() {
  RemoveOlderAttempts();
  PackRecord begun;
  begun.set_kernel_abi(options_.kernel_abi);
  begun.set_quantize(options_.quantize);
  Remember(files_, &begun);
  const std::string record_path = cache_.RecordPath(name_);
  if (absl::Status status = WritePackRecord(record_path, begun); !status.ok()) {
    return CannotPack(status);
  }
  PackRequest request;
  request.model = path_;
  request.output = cache_.PackPath(name_);
  request.quantize = options_.quantize;
  request.threads = options_.threads;
  request.quiet = options_.quiet;
  request.must_run = options_.must_run;
  request.free_bytes = options_.free_bytes;
  const absl::StatusOr<PackReport> report = PackModel(request);
  if (!report.ok()) {
    unlink(request.output.c_str());  // which the record knows no more
    unlink(record_path.c_str());
    return report.status();
  }
  result_.resumed_streams = report->resumed_streams;
  const absl::StatusOr<PackRecord> record = Finish(*report);
  const absl::Status written =
      record.ok() ? WritePackRecord(record_path, *record) : record.status();
  if (!written.ok()) {
    PrintMessage(absl::StrCat("warning: ", written.message(),
                              "; the next run packs again"));
  }
  return Use(How::kPacked);
}

// Files that were changed while they were packed are not known by stamps: the
// next run compares their content.
absl::StatusOr<PackRecord> CachedPack::Finish(const PackReport& report) {
  PackRecord record;
  record.set_kernel_abi(options_.kernel_abi);
  record.set_quantize(options_.quantize);
  record.set_producer(absl::StrCat("tessera ", kTesseraVersion));
  TESSERA_ASSIGN_OR_RETURN(*record.mutable_pack(),
                           StampOf(cache_.PackPath(name_)));
  TESSERA_ASSIGN_OR_RETURN(*record.mutable_manifest_sha256(),
                           ManifestDigest(cache_.PackPath(name_)));
  ModelDigests digests(files_, {});
  for (size_t i = 0; i < files_.files.size(); ++i) {
    const auto found = report.sha256.find(files_.files[i].path);
    if (found != report.sha256.end()) digests.Set(i, found->second);
  }
  Remember(files_, &record);
  for (size_t i = 0; i < files_.files.size(); ++i) {
    ContentFile& file = *record.add_files();
    file.set_role(files_.files[i].role);
    file.set_size(files_.stamps[i].size());
    TESSERA_ASSIGN_OR_RETURN(*file.mutable_sha256(),
                             digests.Of(i, options_.quiet));
    const absl::StatusOr<FileStamp> now = StampOf(files_.files[i].path);
    if (!now.ok() || !IsSameStamp(*now, files_.stamps[i])) {
      record.mutable_models(0)->clear_stamps();
    }
  }
  return record;
}

}  // namespace

absl::StatusOr<PackedModel> PackIntoCache(const std::string& path,
                                          const ModelFiles& files,
                                          const std::string& folder,
                                          const PackedModelOptions& options) {
  return CachedPack(path, files, folder, options).Get();
}

}  // namespace tessera
