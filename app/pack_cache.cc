#include "app/pack_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "app/pack_record.h"
#include "base/errno_status.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kRecordEnd = ".record";
constexpr size_t kDigits = 16;

uint64_t DiskBytes(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0
             ? static_cast<uint64_t>(info.st_blocks) * 512
             : 0;
}

int64_t ModificationSeconds(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? int64_t{info.st_mtim.tv_sec} : 0;
}

}  // namespace

bool PackCache::IsPackName(absl::string_view name) {
  if (name.size() <= kDigits + 1 || name[name.size() - kDigits - 1] != '-') {
    return false;
  }
  const absl::string_view digits = name.substr(name.size() - kDigits);
  return std::all_of(digits.begin(), digits.end(), [](unsigned char c) {
    return absl::ascii_isxdigit(c) && !absl::ascii_isupper(c);
  });
}

std::string PackCache::Path(absl::string_view name,
                            absl::string_view end) const {
  return absl::StrCat(folder_, "/", name, end);
}

std::string PackCache::PackPath(absl::string_view name) const {
  return Path(name, ".arena");
}

std::string PackCache::PartialPath(absl::string_view name) const {
  return Path(name, ".arena.partial");
}

std::string PackCache::RecordPath(absl::string_view name) const {
  return Path(name, kRecordEnd);
}

std::string PackCache::LockPath(absl::string_view name) const {
  return Path(name, ".lock");
}

std::vector<PackCache::Entry> PackCache::List() const {
  std::vector<Entry> entries;
  std::error_code error;
  fs::directory_iterator file(folder_, error);
  for (; !error && file != fs::directory_iterator(); file.increment(error)) {
    const std::string file_name = file->path().filename().string();
    absl::string_view name = file_name;
    if (!absl::ConsumeSuffix(&name, kRecordEnd) || !IsPackName(name)) continue;
    entries.push_back({std::string(name), ReadPackRecord(RecordPath(name)),
                       ModificationSeconds(RecordPath(name))});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

void PackCache::MarkUsed(absl::string_view name) const {
  utimensat(AT_FDCWD, RecordPath(name).c_str(), nullptr, 0);
}

uint64_t PackCache::BytesOf(absl::string_view name) const {
  return DiskBytes(PackPath(name)) + DiskBytes(PartialPath(name));
}

// The record goes last: what has none would not be found again.
absl::StatusOr<uint64_t> PackCache::Remove(absl::string_view name) const {
  TESSERA_ASSIGN_OR_RETURN(const FileLock lock,
                           FileLock::TryTake(LockPath(name)));
  const uint64_t bytes = BytesOf(name);
  for (const std::string& path :
       {PartialPath(name), PackPath(name), RecordPath(name)}) {
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
      return ErrnoStatus(path, "remove");
    }
  }
  return bytes;
}

}  // namespace tessera
