// What is asked of, and known about, a model that is packed when it is used.
#ifndef APP_PACKED_MODEL_H_
#define APP_PACKED_MODEL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "formats/layout/tensor_layout.h"

namespace tessera {

struct PackedModelOptions {
  std::string cache_dir;  // empty: see FindCacheFolder
  bool no_cache = false;  // pack into a file without a name, for this process
  std::string quantize = "keep";  // a value of convert --quantize
  int threads = 0;                // 0: one per CPU
  bool quiet = false;             // only warnings on stderr
  bool must_run = true;           // refuse what no program here runs
  // For tests.
  uint32_t kernel_abi = kKernelAbi;
  std::function<std::optional<uint64_t>(const std::string&)> free_bytes;
};

struct PackedModel {
  enum class How {
    kIsArena,      // the path is one
    kMapped,       // the pack was there; no weight of the model was read
    kSameContent,  // the pack of another path or time; the model was compared
    kPacked,       // packed now
    kUnnamed,      // packed now, into a file that goes away
  };
  How how = How::kIsArena;
  std::string arena;  // what to map
  std::string why;    // why a pack that was there is made again; or empty
  uint64_t bytes_compared = 0;      // of the model
  uint64_t resumed_streams = 0;     // of a pack that was begun before
  std::shared_ptr<const int> file;  // keeps the file of kUnnamed
};

}  // namespace tessera

#endif  // APP_PACKED_MODEL_H_
