// Produces the bytes of a planned stream: reads rows, quantizes, packs, hashes.
#ifndef CONVERTER_PACK_STREAM_PACKER_H_
#define CONVERTER_PACK_STREAM_PACKER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "converter/pack/arena_plan.h"
#include "converter/pack/convert_rows.h"
#include "converter/pack/stored_hasher.h"
#include "converter/quantize/distortion.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// What packing a tensor found out about it.
struct PackedTensor {
  std::string stored_xxh128;
  std::string rowmajor_xxh128;
  // Against the original, if the tensor was quantized here or before.
  std::optional<QuantizationError> error;
  // Over what was read: stands for the source's content. Neither the steps nor
  // anything else of how the work was done changes it.
  std::string source_xxh128;
  uint64_t nonfinite = 0;  // weights that are not finite
  bool zero = false;       // all values that were read are zero
};

// Cuts a stream into steps of a few megabytes, which somebody runs in parallel,
// and takes the results in order. What is written at a time is a window: a
// step, or, where the tiles of a matrix are spread, all steps of the matrix.
// The bytes do not depend on how the work was spread. Keeps references to what
// it was made from.
class StreamPacker {
 public:
  // Row tiles [first, first + tiles) of the window that begins with row tile
  // `window` of the stream. A plain value.
  struct Step {
    uint64_t window = 0;
    uint64_t window_tiles = 0;
    uint64_t first = 0;
    uint64_t tiles = 0;
    uint64_t tasks = 0;
    bool begins_window() const { return first == 0; }
    bool ends_window() const { return first + tiles == window_tiles; }
  };

  // The row-major blocks of a step, and what was found out about them.
  struct Rows {
    uint8_t* blocks = nullptr;            // RowsBytes(step) bytes
    std::vector<RowFindings> findings;    // of each task and member
    std::vector<uint64_t> source_hashes;  // of each tile of each member
  };

  // Steps have about `step_bytes` packed bytes.
  StreamPacker(const WeightSource& source, const ArenaPlan& plan,
               const PlannedStream& stream, uint64_t step_bytes);

  // All steps, in order; a stream without bytes has one without tasks.
  const std::vector<Step>& steps() const { return steps_; }

  uint64_t RowsBytes(const Step& step) const;
  uint64_t WindowBytes(const Step& step) const;

  // Makes room for what the tasks of `step` find out.
  void PrepareRows(const Step& step, Rows* rows) const;

  // Runs task `task` of `step`: fills its part of `rows` and of `window`
  // (WindowBytes). Thread-safe for different tasks.
  void RunTask(const Step& step, uint64_t task, Rows& rows,
               uint8_t* window) const;

  // Hashes the rows of a step whose tasks have run. In the order of the steps.
  // Unless the plan allows them, a weight that is not finite is DataLoss, and
  // one that does not fit its new type InvalidArgument, naming tensor, row and
  // value.
  absl::Status HashRows(const Step& step, const Rows& rows);

  // Hashes a whole window, and returns the bytes to write: the stream's next.
  absl::Span<const uint8_t> FinishWindow(const Step& step,
                                         const uint8_t* window);

  // What was found out, into the places of the members. DataLoss if rows that
  // were only moved do not have the hash that their source gives them.
  absl::Status Finish(absl::Span<PackedTensor> packed) const;

  // What Finish gives each member as source_xxh128, from `source`, which has
  // the tensors of the one that was planned for.
  std::vector<std::string> DigestSource(const WeightSource& source) const;

 private:
  // One member of the stream.
  struct Member {
    size_t index = 0;  // in the plan
    const PlannedTensor* to = nullptr;
    uint64_t offset_in_stride = 0;
    Xxh128Stream rowmajor_hash;
    Xxh128Stream source_hash;  // if the type changes
    Distortion distortion;
    uint64_t nonfinite = 0;
    bool zero = true;
  };

  uint64_t RowsOffset(const Step& step, size_t member) const;
  void PackTile(const Member& member, const Step& step, uint64_t tile,
                uint8_t* blocks, uint8_t* window, RowFindings* findings) const;
  bool IsKept(const Member& member) const {
    return member.to->type == source_.tensors[member.index].type;
  }
  absl::Status CheckFinite(const Member& member,
                           const RowFindings& findings) const;

  const WeightSource& source_;
  const ArenaPlan& plan_;
  const PlannedStream& stream_;
  std::vector<Member> members_;
  StoredHasher stored_hasher_;
  std::vector<Step> steps_;
  uint64_t tiles_per_task_ = 1;
  uint64_t gap_offset_ = 0;  // within a stride: behind the last member's tile
};

}  // namespace tessera

#endif  // CONVERTER_PACK_STREAM_PACKER_H_
