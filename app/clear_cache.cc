#include "app/clear_cache.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "app/absolute_path.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

bool IsMeantBy(const std::string& model, const PackCache& cache,
               const PackCache::Entry& entry) {
  const std::string path = AbsolutePath(model).value_or("");
  if (model == entry.name || path == cache.PackPath(entry.name)) return true;
  if (!entry.record.ok()) return false;
  const auto& models = entry.record->models();
  return std::any_of(
      models.begin(), models.end(),
      [&path](const KnownModel& known) { return known.path() == path; });
}

absl::Status CheckAllKnown(const ClearOptions& options, const PackCache& cache,
                           const std::vector<PackCache::Entry>& entries) {
  for (const std::string& model : options.models) {
    const bool known = std::any_of(
        entries.begin(), entries.end(),
        [&](const auto& entry) { return IsMeantBy(model, cache, entry); });
    if (known) continue;
    return absl::NotFoundError(
        absl::StrCat(model, ": has no pack in ", cache.folder()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ClearedCache> ClearCache(const PackCache& cache,
                                        const ClearOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<PackCache::Entry> entries,
                           cache.List());
  TESSERA_RETURN_IF_ERROR(CheckAllKnown(options, cache, entries));
  ClearedCache cleared;
  for (const PackCache::Entry& entry : entries) {
    const bool meant = options.models.empty() ||
                       std::any_of(options.models.begin(), options.models.end(),
                                   [&](const std::string& model) {
                                     return IsMeantBy(model, cache, entry);
                                   });
    const absl::Duration age =
        options.now - absl::FromUnixSeconds(entry.used_seconds);
    if (!meant || age < options.older_than) continue;
    const absl::StatusOr<uint64_t> bytes = cache.Remove(entry.name);
    if (absl::IsUnavailable(bytes.status())) {
      cleared.in_work.push_back(entry.name);
      continue;
    }
    if (!bytes.ok()) return bytes.status();
    // A lock that was left behind is no pack.
    if (*bytes == 0 && absl::IsNotFound(entry.record.status())) continue;
    ++cleared.packs;
    cleared.bytes += *bytes;
  }
  return cleared;
}

}  // namespace tessera
