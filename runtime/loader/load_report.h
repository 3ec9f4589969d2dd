// What loading an arena cost, and what it got.
#ifndef RUNTIME_LOADER_LOAD_REPORT_H_
#define RUNTIME_LOADER_LOAD_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/loader/load_options.h"

namespace tessera {

// A snapshot: pages come and go.
struct LoadReport {
  HugePages mode = HugePages::kAuto;
  uint64_t mapped_bytes = 0;  // the file
  uint64_t hot_bytes = 0;     // sections that are read for every token

  // Of the mapping, by the pages that map it now.
  uint64_t asked_bytes = 0;    // huge pages asked for
  uint64_t huge_bytes = 0;     // transparent huge pages, 2 MiB
  uint64_t hugetlb_bytes = 0;  // huge pages of the pool, 2 MiB
  uint64_t small_bytes = 0;    // 4 KiB
  uint64_t private_bytes = 0;  // not shared with other processes: a copy

  double open_seconds = 0;      // until Open returned
  double read_seconds = 0;      // until all that was to be read had been read
  uint64_t read_bytes = 0;      // that much, from page cache or disk
  bool reading = false;         // it is not done yet
  uint64_t streamed_bytes = 0;  // read again for every token: memory is short
  // Of the hot bytes, in the page cache before; nullopt if that is not known.
  std::optional<double> cached_share = 0;
  uint64_t verified_bytes = 0;  // compared with their hashes
  uint64_t minor_faults = 0;    // of this process since Open began
  uint64_t major_faults = 0;    // those that waited for the disk

  // Why huge pages are less than asked for, one sentence, and what would help;
  // empty if they are not.
  std::string why_not_huge;
  std::string how_to_repair;

  // Of the bytes asked for; 1 if there are none.
  double huge_share() const {
    if (asked_bytes == 0) return 1;
    const uint64_t huge = huge_bytes + hugetlb_bytes;
    return huge < asked_bytes
               ? static_cast<double>(huge) / static_cast<double>(asked_bytes)
               : 1;
  }

  // Bytes read, in 10^9 bytes per second.
  double gigabytes_per_second() const {
    return read_seconds > 0
               ? static_cast<double>(read_bytes) / read_seconds * 1e-9
               : 0;
  }
};

}  // namespace tessera

#endif  // RUNTIME_LOADER_LOAD_REPORT_H_
