// The machine that this runs on.
#ifndef BASE_HOST_INFO_H_
#define BASE_HOST_INFO_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// What follows "KEY:" on the first line of `text` that begins so, without white
// space around it; "" if there is none.
absl::string_view ValueIn(absl::string_view text, absl::string_view key);

// "model name" of the first CPU in the text of /proc/cpuinfo; "" if it has
// none.
std::string CpuNameIn(absl::string_view cpuinfo);

// The number behind `key` in a text of lines "KEY: NUMBER kB", such as
// /proc/meminfo and /proc/self/status, in bytes; 0 if there is none.
uint64_t KilobytesIn(absl::string_view text, absl::string_view key);

// These read /proc and sysconf(3); "" or 0 where the system does not say.
std::string CpuName();
// Tells apart processors that share a name, as virtual ones do: "AMD EPYC,
// family 25, model 17".
std::string CpuClass();
uint64_t TotalMemory();      // bytes that the system has
uint64_t AvailableMemory();  // bytes that could be allocated now
uint64_t ResidentMemory();   // of this process, file mappings included
uint64_t LastLevelCacheBytes();

// Now, as in llama-bench: "2026-11-20T12:00:00Z".
std::string TimeStamp();

}  // namespace tessera

#endif  // BASE_HOST_INFO_H_
