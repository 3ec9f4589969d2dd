#include "base/smaps.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/checked_math.h"

namespace tessera {
namespace {

constexpr uint64_t kPageBytes = 4096;

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

// Adds what a line such as "FilePmdMapped:     2048 kB" says.
void AddLine(absl::string_view line, MappedPages& pages) {
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return;
  const absl::string_view key = line.substr(0, colon);
  line.remove_prefix(colon + 1);
  absl::ConsumeSuffix(&line, "kB");
  uint64_t kilobytes = 0;
  if (!absl::SimpleAtoi(line, &kilobytes)) return;
  const uint64_t bytes = kilobytes * 1024;
  if (key == "Rss") {
    pages.resident += bytes;
  } else if (key == "FilePmdMapped" || key == "ShmemPmdMapped" ||
             key == "AnonHugePages") {
    pages.huge += bytes;
  } else if (key == "Private_Hugetlb" || key == "Shared_Hugetlb") {
    pages.hugetlb += bytes;
    pages.resident += bytes;  // Rss leaves them out
  }
}

}  // namespace

MappedPages PagesIn(absl::string_view smaps, uint64_t begin, uint64_t end) {
  MappedPages pages;
  bool inside = false;
  for (absl::string_view line : absl::StrSplit(smaps, '\n')) {
    uint64_t first = 0, last = 0;
    if (ReadRange(line, &first, &last)) {
      inside = first >= begin && last <= end;
    } else if (inside) {
      AddLine(line, pages);
    }
  }
  return pages;
}

absl::StatusOr<MappedPages> PagesMapped(const void* begin, uint64_t size) {
  std::ifstream file("/proc/self/smaps");
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::UnavailableError("/proc/self/smaps: cannot be read");
  const auto address = reinterpret_cast<uint64_t>(begin);
  return PagesIn(text.str(), address, RoundUp(address + size, kPageBytes));
}

}  // namespace tessera
