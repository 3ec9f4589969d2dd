// How an arena is brought into memory.
#ifndef RUNTIME_LOADER_LOAD_OPTIONS_H_
#define RUNTIME_LOADER_LOAD_OPTIONS_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Pages that weights lie in. Only the first two and the last share memory
// between processes.
enum class HugePages {
  kAuto,     // the page cache's own pages, huge for the hot sections
  kFile,     // the same for the whole file, cold sections too
  kThp,      // a private copy in transparent huge pages
  kHugetlb,  // a private copy in the system's pool of huge pages; where the pool
             // is too small, as kThp
  kOff,      // small pages, even where the page cache has huge ones
};

// When weights are read from the disk. A private copy is always made at once.
enum class Populate {
  kAhead,  // while the first token is being computed, ahead of it
  kLazy,   // when they are touched
  kHot,    // hot sections before Open returns
  kAll,    // everything before Open returns
};

// What is compared with the hashes in the manifest.
enum class Verify {
  kNone,
  kLazy,  // each 4 MiB chunk when it is first read; no result is given out
          // before all that it was computed from is verified
  kFull,  // everything before Open returns
};

// Is told how much of what is to be read has been read. By several threads, and
// until the arena is closed.
using ReadProgressFn = std::function<void(uint64_t done, uint64_t total)>;

// The most readers that make sense; flags and the C API refuse more.
inline constexpr int kMaxReaders = 256;

struct LoadOptions {
  HugePages huge_pages = HugePages::kAuto;
  Populate populate = Populate::kAhead;
  Verify verify = Verify::kNone;
  bool mlock = false;  // keep the hot sections from being paged out
  int readers = 0;     // threads that read from the disk; 0: measured best
  // Of hot sections in memory at a time; 0: what AvailableMemory() says, less a
  // margin for activations and the key/value cache. What does not fit is read
  // again for every token (see WeightStream), unless it is copied, locked or
  // Populate::kLazy.
  uint64_t memory_bytes = 0;
  ReadProgressFn on_read;  // may be null
};

// The option that `word` names in flags and the C API: "auto", "file", "thp",
// "hugetlb", "off"; "ahead", "lazy", "hot", "all"; "none", "lazy", "full".
// InvalidArgument that lists them for any other.
absl::StatusOr<HugePages> HugePagesFromWord(absl::string_view word);
absl::StatusOr<Populate> PopulateFromWord(absl::string_view word);
absl::StatusOr<Verify> VerifyFromWord(absl::string_view word);

// The way back.
absl::string_view WordOf(HugePages huge_pages);

}  // namespace tessera

#endif  // RUNTIME_LOADER_LOAD_OPTIONS_H_
