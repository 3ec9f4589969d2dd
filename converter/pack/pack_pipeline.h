// Runs the steps of many streams on all cores, and writes in their order.
#ifndef CONVERTER_PACK_PACK_PIPELINE_H_
#define CONVERTER_PACK_PACK_PIPELINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "converter/pack/stream_packer.h"

namespace tessera {

// One stream to be packed. The functions are called by the thread that called
// RunPackJobs, and the first error ends everything.
struct PackJob {
  std::unique_ptr<StreamPacker> packer;
  // Asks the system to read what the packer will need, `source_bytes` of it.
  // May be null. Called by another thread, once, some time before.
  std::function<void()> will_need;
  uint64_t source_bytes = 0;
  // The stream's next bytes.
  std::function<absl::Status(absl::Span<const uint8_t>)> write;
  // After the last of them.
  std::function<absl::Status()> finish;
};

struct PipelineOptions {
  int threads =
      1;  // that quantize and pack, besides the caller's, which writes
  // For the buffers of all steps in work. One step is taken even if it needs
  // more; larger windows go to files.
  uint64_t memory_bytes = uint64_t{64} << 20;
  std::string scratch_folder;  // for such files
};

// Packs `jobs`: threads work on steps ahead of the one that is being hashed and
// written, as far as the memory allows, and one reads ahead of them. Jobs
// finish in their order. ResourceExhausted if there is no memory or no thread;
// errors of the jobs.
absl::Status RunPackJobs(absl::Span<PackJob> jobs,
                         const PipelineOptions& options);

}  // namespace tessera

#endif  // CONVERTER_PACK_PACK_PIPELINE_H_
