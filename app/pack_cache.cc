#include "app/pack_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
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

constexpr absl::string_view kPackEnd = ".arena";
constexpr absl::string_view kPartialEnd = ".arena.partial";
constexpr absl::string_view kRecordEnd = ".record";
constexpr absl::string_view kLockEnd = ".lock";
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

// The name of the pack that a file would belong to, or "".
absl::string_view NameOfPackWith(absl::string_view file_name) {
  for (absl::string_view end : {kPackEnd, kPartialEnd, kRecordEnd, kLockEnd}) {
    if (absl::ConsumeSuffix(&file_name, end)) return file_name;
  }
  return "";
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
  return Path(name, kPackEnd);
}

std::string PackCache::PartialPath(absl::string_view name) const {
  return Path(name, kPartialEnd);
}

std::string PackCache::RecordPath(absl::string_view name) const {
  return Path(name, kRecordEnd);
}

std::string PackCache::LockPath(absl::string_view name) const {
  return Path(name, kLockEnd);
}

absl::StatusOr<std::vector<PackCache::Entry>> PackCache::List() const {
  std::set<std::string> names;
  std::error_code error;
  fs::directory_iterator file(folder_, error);
  if (error == std::errc::no_such_file_or_directory) {
    return std::vector<Entry>();
  }
  for (; !error && file != fs::directory_iterator(); file.increment(error)) {
    const std::string file_name = file->path().filename().string();
    const absl::string_view name = NameOfPackWith(file_name);
    if (IsPackName(name)) names.emplace(name);
  }
  if (error) return ErrnoStatus(folder_, "list", error.value());
  std::vector<Entry> entries;
  for (const std::string& name : names) {
    entries.push_back(
        {name, ReadPackRecord(RecordPath(name)), UsedSeconds(name)});
  }
  return entries;
}

// Without a record, that of the first file there is.
int64_t PackCache::UsedSeconds(absl::string_view name) const {
  for (const std::string& path :
       {RecordPath(name), PackPath(name), PartialPath(name), LockPath(name)}) {
    const int64_t seconds = ModificationSeconds(path);
    if (seconds != 0) return seconds;
  }
  return 0;
}

void PackCache::MarkUsed(absl::string_view name) const {
  utimensat(AT_FDCWD, RecordPath(name).c_str(), nullptr, 0);
}

uint64_t PackCache::BytesOf(absl::string_view name) const {
  return DiskBytes(PackPath(name)) + DiskBytes(PartialPath(name));
}

// The record goes last, to tell whose the rest is.
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
