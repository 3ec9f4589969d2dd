// How to convert, whatever the output is.
#ifndef CONVERTER_CONVERT_OPTIONS_H_
#define CONVERTER_CONVERT_OPTIONS_H_

#include <cstdint>
#include <string>

#include "converter/conversion_progress.h"

namespace tessera {

// The bytes of an output depend on the source and on its OutputOptions only.
struct ConvertOptions {
  int threads = 0;               // 0: one per CPU
  bool overwrite = false;        // replace existing outputs
  bool quiet = false;            // no progress on stderr
  std::string verb = "convert";  // what progress on stderr calls the work
  bool resume = false;           // continue what a killed conversion left
  // An unfinished output has a name, under which it can be continued. Without
  // one nothing is left behind, however the process ends; for one rank.
  bool resumable = true;
  // What a full disk or a changed input has ended stays, to be continued.
  bool keep_unfinished = true;
  // Anonymous memory of the whole process; at least kLeastMemory.
  uint64_t max_memory = uint64_t{256} << 20;
  // Is called instead of drawing on stderr, if it is not null.
  ProgressFn progress = nullptr;
};

inline constexpr uint64_t kLeastMemory = uint64_t{64} << 20;

// Packed bytes per step: enough to occupy a core for milliseconds, little
// enough to stay in its cache until they are hashed and written.
inline constexpr uint64_t kStepBytes = uint64_t{2} << 20;

// What is left of options.max_memory for the steps in work.
uint64_t MemoryForSteps(const ConvertOptions& options);

}  // namespace tessera

#endif  // CONVERTER_CONVERT_OPTIONS_H_
