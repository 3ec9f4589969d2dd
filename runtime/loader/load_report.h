// What loading an arena cost, and what it got.
#ifndef RUNTIME_LOADER_LOAD_REPORT_H_
#define RUNTIME_LOADER_LOAD_REPORT_H_

#include <cstdint>
#include <string>

namespace tessera {

struct LoadReport {
  uint64_t mapped_bytes = 0;  // the file
  uint64_t hot_bytes = 0;     // sections that are read for every token
  uint64_t huge_bytes = 0;    // of the hot ones, mapped with 2 MiB pages
  double seconds = 0;         // from open to return
  uint64_t minor_faults = 0;  // of this process meanwhile
  uint64_t major_faults = 0;
  // Why huge_bytes is less than hot_bytes, one sentence; empty if it is not.
  std::string why_not_huge;

  // 1 if there is nothing hot.
  double huge_share() const {
    return hot_bytes == 0 ? 1.0
                          : static_cast<double>(huge_bytes) /
                                static_cast<double>(hot_bytes);
  }

  // Hot bytes brought into memory, in 10^9 bytes per second.
  double gigabytes_per_second() const {
    return seconds > 0 ? static_cast<double>(hot_bytes) / seconds * 1e-9 : 0;
  }
};

}  // namespace tessera

#endif  // RUNTIME_LOADER_LOAD_REPORT_H_
