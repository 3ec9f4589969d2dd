#include "app/cache_contents.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "app/file_stamp.h"
#include "app/model_files.h"
#include "app/pack_record.h"
#include "base/counted.h"
#include "base/printable.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "converter/inspect/text_table.h"

namespace tessera {
namespace {

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

struct ModelState {
  std::string path;
  std::string state;
};

// Of a model that the pack is current for; else of the one that was used last.
ModelState StateOfModel(const PackRecord& record) {
  bool exists = false;
  for (const KnownModel& known : record.models()) {
    if (!Exists(known.path())) continue;
    exists = true;
    const absl::StatusOr<ModelFiles> files = FindModelFiles(known.path());
    if (files.ok() && HasStamps(record, *files)) {
      return {known.path(), "current"};
    }
  }
  return {record.models().empty() ? "" : record.models(0).path(),
          exists ? "model changed" : "model gone"};
}

bool IsPackChanged(const PackRecord& record, const std::string& path) {
  const absl::StatusOr<FileStamp> stamp = StampOf(path);
  return !stamp.ok() || !IsSameStamp(record.pack(), *stamp);
}

// What the record says, whatever has become of the model.
std::string StateOfPack(const PackCache& cache, const PackCache::Entry& entry,
                        uint32_t kernel_abi) {
  if (absl::IsNotFound(entry.record.status())) return "record gone";
  if (!entry.record.ok()) return "damaged record";
  if (!IsFinished(*entry.record)) return "partial";
  if (!Exists(cache.PackPath(entry.name))) return "pack gone";
  if (entry.record->kernel_abi() != kernel_abi) return "old kernels";
  if (IsPackChanged(*entry.record, cache.PackPath(entry.name))) {
    return "pack changed";
  }
  return "";
}

}  // namespace

absl::StatusOr<CacheContents> DescribeCache(const PackCache& cache,
                                            uint32_t kernel_abi) {
  TESSERA_ASSIGN_OR_RETURN(std::vector<PackCache::Entry> entries, cache.List());
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) {
                     return a.used_seconds > b.used_seconds;
                   });
  CacheContents contents;
  contents.set_folder(cache.folder());
  for (const PackCache::Entry& entry : entries) {
    CacheContents::Pack& pack = *contents.add_packs();
    pack.set_name(entry.name);
    pack.set_path(cache.PackPath(entry.name));
    pack.set_bytes(static_cast<int64_t>(cache.BytesOf(entry.name)));
    pack.set_last_used(absl::FormatTime(
        absl::RFC3339_sec, absl::FromUnixSeconds(entry.used_seconds),
        absl::UTCTimeZone()));
    pack.set_state(StateOfPack(cache, entry, kernel_abi));
    contents.set_bytes(contents.bytes() + pack.bytes());
    if (!entry.record.ok()) continue;
    pack.set_quantize(entry.record->quantize());
    const ModelState model = StateOfModel(*entry.record);
    pack.set_model(model.path);
    if (pack.state().empty()) pack.set_state(model.state);
  }
  return contents;
}

std::string CacheContentsText(const CacheContents& contents, absl::Time now) {
  using Align = TextTable::Align;
  if (contents.packs().empty()) {
    return absl::StrCat(Printable(contents.folder()), ": no packed models\n");
  }
  TextTable table;
  table.AddColumn("size", Align::kRight);
  table.AddColumn("type", Align::kLeft);
  table.AddColumn("last used", Align::kRight);
  table.AddColumn("state", Align::kLeft);
  table.AddColumn("model", Align::kLeft);
  for (const CacheContents::Pack& pack : contents.packs()) {
    absl::Time used;
    std::string error;
    absl::ParseTime(absl::RFC3339_sec, pack.last_used(), &used, &error);
    table.AddRow(
        {HumanBytes(static_cast<uint64_t>(pack.bytes())), pack.quantize(),
         absl::StrCat(HumanDuration(std::max(now - used, absl::ZeroDuration())),
                      " ago"),
         pack.state(),
         Printable(pack.model().empty() ? pack.name() : pack.model())});
  }
  return absl::StrCat(
      table.Render(0), HumanBytes(static_cast<uint64_t>(contents.bytes())),
      " in ",
      Counted(static_cast<uint64_t>(contents.packs_size()), "packed model"),
      ", in ", Printable(contents.folder()), "\n");
}

}  // namespace tessera
