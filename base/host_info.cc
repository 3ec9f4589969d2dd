#include "base/host_info.h"

#include <unistd.h>

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/read_file.h"

namespace tessera {
namespace {

std::string TextOf(const std::string& path) {
  return ReadFile(path).value_or("");
}

}  // namespace

absl::string_view ValueIn(absl::string_view text, absl::string_view key) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, key)) continue;
    line = absl::StripAsciiWhitespace(line);
    if (absl::ConsumePrefix(&line, ":")) {
      return absl::StripAsciiWhitespace(line);
    }
  }
  return "";
}

std::string CpuNameIn(absl::string_view cpuinfo) {
  return std::string(ValueIn(cpuinfo, "model name"));
}

uint64_t KilobytesIn(absl::string_view text, absl::string_view key) {
  absl::string_view value = ValueIn(text, key);
  uint64_t kilobytes;
  if (!absl::ConsumeSuffix(&value, " kB") ||
      !absl::SimpleAtoi(value, &kilobytes)) {
    return 0;
  }
  return kilobytes * 1024;
}

std::string CpuName() { return CpuNameIn(TextOf("/proc/cpuinfo")); }

std::string CpuClass() {
  const std::string text = TextOf("/proc/cpuinfo");
  return absl::StrCat(CpuNameIn(text), ", family ", ValueIn(text, "cpu family"),
                      ", model ", ValueIn(text, "model"));
}

uint64_t TotalMemory() {
  return KilobytesIn(TextOf("/proc/meminfo"), "MemTotal");
}

uint64_t AvailableMemory() {
  return KilobytesIn(TextOf("/proc/meminfo"), "MemAvailable");
}

uint64_t ResidentMemory() {
  return KilobytesIn(TextOf("/proc/self/status"), "VmRSS");
}

uint64_t LastLevelCacheBytes() {
  // The C library multiplies on AMD processors by what it takes for the number
  // of caches, and is ten times off on a virtual machine; the kernel knows.
  uint64_t largest = 0;
  for (int index = 0; index < 8; ++index) {
    const std::string text = TextOf(absl::StrCat(
        "/sys/devices/system/cpu/cpu0/cache/index", index, "/size"));
    absl::string_view size = absl::StripAsciiWhitespace(text);
    uint64_t kilobytes;
    if (absl::ConsumeSuffix(&size, "K") && absl::SimpleAtoi(size, &kilobytes)) {
      largest = std::max(largest, kilobytes * 1024);
    }
  }
  if (largest != 0) return largest;
  return static_cast<uint64_t>(std::max<int64_t>(
      {sysconf(_SC_LEVEL3_CACHE_SIZE), sysconf(_SC_LEVEL2_CACHE_SIZE), 0}));
}

std::string TimeStamp() {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(),
                          absl::UTCTimeZone());
}

}  // namespace tessera
