#include "runtime/loader/smaps.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

// Reads "7f12a000-7f12c000 r--p ..." and says whether `line` is such a line.
bool ReadRange(absl::string_view line, uint64_t* begin, uint64_t* end) {
  const size_t dash = line.find('-');
  const size_t space = line.find(' ');
  if (dash == absl::string_view::npos || space == absl::string_view::npos ||
      dash > space) {
    return false;
  }
  return absl::SimpleHexAtoi(line.substr(0, dash), begin) &&
         absl::SimpleHexAtoi(line.substr(dash + 1, space - dash - 1), end);
}

// Bytes of "FilePmdMapped:     2048 kB", or 0 for any other line.
uint64_t HugeBytesOfLine(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "FilePmdMapped:") &&
      !absl::ConsumePrefix(&line, "ShmemPmdMapped:") &&
      !absl::ConsumePrefix(&line, "AnonHugePages:")) {
    return 0;
  }
  uint64_t kilobytes = 0;
  absl::ConsumeSuffix(&line, "kB");
  return absl::SimpleAtoi(line, &kilobytes) ? kilobytes * 1024 : 0;
}

}  // namespace

uint64_t HugeBytesIn(absl::string_view smaps, uint64_t begin, uint64_t end) {
  uint64_t sum = 0;
  bool inside = false;
  for (absl::string_view line : absl::StrSplit(smaps, '\n')) {
    uint64_t first = 0, last = 0;
    if (ReadRange(line, &first, &last)) {
      inside = first >= begin && last <= end;
    } else if (inside) {
      sum += HugeBytesOfLine(line);
    }
  }
  return sum;
}

absl::StatusOr<uint64_t> HugeBytesMapped(const void* begin, uint64_t size) {
  std::ifstream file("/proc/self/smaps");
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::UnavailableError("/proc/self/smaps: cannot be read");
  const auto address = reinterpret_cast<uint64_t>(begin);
  return HugeBytesIn(text.str(), address, address + size);
}

}  // namespace tessera
