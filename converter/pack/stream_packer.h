// Produces the bytes of a planned stream: reads rows, quantizes, packs, hashes.
#ifndef CONVERTER_PACK_STREAM_PACKER_H_
#define CONVERTER_PACK_STREAM_PACKER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "converter/pack/arena_plan.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// What packing a tensor found out about it.
struct PackedTensor {
  std::string stored_xxh128;
  std::string rowmajor_xxh128;
  bool quantized = false;   // its type changed; `error` says how much
  QuantizationError error;
};

// Packs one stream, a few megabytes at a time and in parallel within that, and
// hands the bytes to `write` in order, from `stream.offset` on. A matrix whose
// tiles are spread is put together in memory first. Results go to
// `packed`, indexed like ArenaPlan::tensors. The bytes do not depend on the
// number of threads. Errors are those of `write`.
absl::Status PackStream(
    const WeightSource& source, const ArenaPlan& plan,
    const PlannedStream& stream, ThreadPool& pool,
    absl::FunctionRef<absl::Status(absl::Span<const uint8_t>)> write,
    absl::Span<PackedTensor> packed);

}  // namespace tessera

#endif  // CONVERTER_PACK_STREAM_PACKER_H_
