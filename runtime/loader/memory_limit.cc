#include "runtime/loader/memory_limit.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file_error.h"
#include "base/quoted.h"
#include "base/read_file.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

// One version's names. See cgroup-v1/memory.rst and cgroup-v2.rst in Linux'
// Documentation/admin-guide.
struct CgroupNames {
  absl::string_view limit;
  absl::string_view usage;
  // In memory.stat, of this group and those below.
  absl::string_view active_file;
  absl::string_view inactive_file;
};

constexpr CgroupNames kVersion1 = {"memory.limit_in_bytes",
                                   "memory.usage_in_bytes", "total_active_file",
                                   "total_inactive_file"};
constexpr CgroupNames kVersion2 = {"memory.max", "memory.current",
                                   "active_file", "inactive_file"};

// "max" is no limit.
absl::StatusOr<uint64_t> ReadBytes(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const absl::string_view number = absl::StripAsciiWhitespace(text);
  if (number == "max") return kUnlimited;
  uint64_t bytes = 0;
  if (absl::SimpleAtoi(number, &bytes)) return bytes;
  return absl::DataLossError(absl::StrCat(
      path, ": expected a number of bytes or max, found ", Quoted(number)));
}

absl::StatusOr<uint64_t> ReadKey(const std::string& path,
                                 absl::string_view key) {
  TESSERA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  absl::StatusOr<uint64_t> bytes = BytesOfKey(text, key);
  if (!bytes.ok()) return WithPath(path, bytes.status());
  return bytes;
}

// What the group in `folder` has left. A folder that is not there sets no
// limit: in a container only the container's own groups can be seen.
absl::StatusOr<uint64_t> LeftInGroup(const std::string& folder,
                                     const CgroupNames& names) {
  const absl::StatusOr<uint64_t> limit =
      ReadBytes(absl::StrCat(folder, "/", names.limit));
  if (absl::IsNotFound(limit.status())) return kUnlimited;
  if (!limit.ok() || *limit == kUnlimited) return limit;
  TESSERA_ASSIGN_OR_RETURN(const uint64_t usage,
                           ReadBytes(absl::StrCat(folder, "/", names.usage)));
  const std::string stat = absl::StrCat(folder, "/memory.stat");
  TESSERA_ASSIGN_OR_RETURN(const uint64_t active,
                           ReadKey(stat, names.active_file));
  TESSERA_ASSIGN_OR_RETURN(const uint64_t inactive,
                           ReadKey(stat, names.inactive_file));
  // The numbers are of different moments, so none may be taken to be less.
  const uint64_t files = std::min(active, usage) +
                         std::min(inactive, usage - std::min(active, usage));
  const uint64_t fixed = usage - files;
  return *limit - std::min(*limit, fixed);
}

// The least that `group`, a path below `mount`, and those above have left.
absl::StatusOr<uint64_t> LeftUpwards(const std::string& mount,
                                     absl::string_view group,
                                     const CgroupNames& names) {
  uint64_t least = kUnlimited;
  for (;;) {
    absl::ConsumeSuffix(&group, "/");
    TESSERA_ASSIGN_OR_RETURN(const uint64_t left,
                             LeftInGroup(absl::StrCat(mount, group), names));
    least = std::min(least, left);
    if (group.empty()) return least;
    group = group.substr(0, group.rfind('/') + 1);
  }
}

// One line of /proc/self/cgroup, "4:cpu,memory:/group": see cgroups(7).
absl::StatusOr<uint64_t> LeftByLine(absl::string_view line,
                                    const std::string& root) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(line, absl::MaxSplits(':', 2));
  if (parts.size() != 3 || parts[2].empty() || parts[2][0] != '/') {
    return absl::DataLossError(absl::StrCat(
        "expected NUMBER:CONTROLLERS:/GROUP, found ", Quoted(line)));
  }
  if (parts[1].empty()) {
    TESSERA_ASSIGN_OR_RETURN(const uint64_t left,
                             LeftUpwards(root, parts[2], kVersion2));
    TESSERA_ASSIGN_OR_RETURN(
        const uint64_t hybrid,
        LeftUpwards(root + "/unified", parts[2], kVersion2));
    return std::min(left, hybrid);
  }
  for (absl::string_view controller : absl::StrSplit(parts[1], ',')) {
    if (controller == "memory") {
      return LeftUpwards(root + "/memory", parts[2], kVersion1);
    }
  }
  return kUnlimited;
}

}  // namespace

absl::StatusOr<uint64_t> BytesOfKey(absl::string_view text,
                                    absl::string_view key) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, key)) continue;
    absl::ConsumePrefix(&line, ":");
    if (line.empty() || !absl::ascii_isspace(line[0])) continue;
    const bool kilobytes = absl::ConsumeSuffix(&line, "kB");
    uint64_t number = 0;
    if (!absl::SimpleAtoi(line, &number) ||
        (kilobytes && number > kUnlimited / 1024)) {
      return absl::DataLossError(
          absl::StrCat("expected a size after ", key, ", found ",
                       Quoted(absl::StripAsciiWhitespace(line))));
    }
    return kilobytes ? number * 1024 : number;
  }
  return absl::DataLossError(absl::StrCat("no line with ", key));
}

absl::StatusOr<uint64_t> AvailableMemory(const MemoryFiles& files) {
  TESSERA_ASSIGN_OR_RETURN(uint64_t least,
                           ReadKey(files.meminfo, "MemAvailable"));
  const absl::StatusOr<std::string> groups = ReadFile(files.cgroup);
  if (absl::IsNotFound(groups.status())) return least;
  if (!groups.ok()) return groups.status();
  for (absl::string_view line : absl::StrSplit(*groups, '\n')) {
    if (line.empty()) continue;
    const absl::StatusOr<uint64_t> left = LeftByLine(line, files.cgroup_root);
    if (!left.ok()) return WithPath(files.cgroup, left.status());
    least = std::min(least, *left);
  }
  return least;
}

}  // namespace tessera
