#include "converter/pack/stream_packer.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/checked_math.h"
#include "base/digest.h"
#include "base/status_macros.h"
#include "converter/quantize/distortion.h"
#include "formats/layout/pack.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

// Packed bytes per step: enough to occupy all threads, little enough to stay
// near the cache.
constexpr uint64_t kStepBytes = uint64_t{8} << 20;

// Rows that one task converts, where a row tile is a single row.
constexpr uint64_t kTaskRows = 16;

// One member of a stream while it is being packed.
struct Member {
  const SourceTensor* from = nullptr;
  const PlannedTensor* to = nullptr;
  uint64_t offset_in_stride = 0;
  Xxh128Stream stored_hash;
  Xxh128Stream rowmajor_hash;
  Distortion distortion;
  std::vector<uint8_t> rows;            // row-major blocks of the current step
  std::vector<Distortion> distortions;  // of its tasks
};

// First row and number of rows of tile `tile`, counted over all matrices.
struct TileRows {
  uint64_t first;
  uint64_t count;
};

TileRows RowsOfTile(const TensorLayout& layout, uint64_t tile) {
  const uint64_t matrix = tile / layout.row_tiles();
  const uint64_t first = tile % layout.row_tiles() * layout.tile_rows;
  return {matrix * layout.rows + first,
          std::min<uint64_t>(layout.tile_rows, layout.rows - first)};
}

// Fills `blocks` with `count` rows in the stored type.
void ConvertRows(const WeightSource& source, const SourceTensor& from,
                 DType type, uint64_t first, uint64_t count, uint8_t* blocks,
                 Distortion* distortion) {
  if (type == from.type) {
    source.ReadRows(from, first, count, blocks);
    return;
  }
  const uint64_t columns = from.columns();
  const uint64_t from_bytes = *RowBytes(from.type, columns);
  const uint64_t to_bytes = *RowBytes(type, columns);
  const Codec& decode = *FindCodec(from.type);
  const Codec& encode = *FindCodec(type);
  std::vector<uint8_t> raw(from_bytes);
  std::vector<float> values(columns);
  std::vector<float> stored(columns);
  const int64_t elements = static_cast<int64_t>(columns);
  for (uint64_t row = 0; row < count; ++row) {
    source.ReadRows(from, first + row, 1, raw.data());
    decode.dequantize_row(raw.data(), elements, values.data());
    uint8_t* block = blocks + row * to_bytes;
    encode.quantize_row(values.data(), elements, /*importance=*/nullptr, block);
    encode.dequantize_row(block, elements, stored.data());
    distortion->Add(values.data(), stored.data(), elements);
  }
}

class StreamPacker {
 public:
  StreamPacker(const WeightSource& source, const ArenaPlan& plan,
               const PlannedStream& stream, ThreadPool& pool)
      : source_(source),
        stream_(stream),
        pool_(pool),
        members_(stream.members.size()) {
    for (size_t i = 0; i < members_.size(); ++i) {
      Member& member = members_[i];
      member.from = &source.tensors[stream.members[i]];
      member.to = &plan.tensors[stream.members[i]];
      member.offset_in_stride = member.to->first_tile - stream.offset;
    }
  }

  absl::Status Run(
      absl::FunctionRef<absl::Status(absl::Span<const uint8_t>)> write);
  void Finish(absl::Span<PackedTensor> packed);

 private:
  // A step: row tiles [first, first + tiles) of the window from `window` on.
  void PackStep(uint64_t window, uint64_t first, uint64_t tiles);
  void PackTile(Member& member, uint64_t window, uint64_t tile, uint8_t* blocks,
                Distortion* distortion);
  void HashRows(Member& member, uint64_t first_tile, uint64_t tiles);
  void HashStored(Member& member, uint64_t tiles);

  const WeightSource& source_;
  const PlannedStream& stream_;
  ThreadPool& pool_;
  std::vector<Member> members_;
  std::vector<uint8_t> buffer_;  // the window's part of the stream
  uint64_t tiles_per_task_ = 1;
};

// What is written at a time is a window: a step, or, where the tiles of a
// matrix are spread, all steps of the matrix.
absl::Status StreamPacker::Run(
    absl::FunctionRef<absl::Status(absl::Span<const uint8_t>)> write) {
  if (stream_.size == 0) return absl::OkStatus();
  const TensorLayout& layout = members_.front().to->layout;
  tiles_per_task_ = CeilDiv(kTaskRows, layout.tile_rows);
  const uint64_t tiles_per_step =
      std::max<uint64_t>(tiles_per_task_, kStepBytes / stream_.stride);
  const uint64_t tiles_per_window =
      layout.has_whole_row_tiles() ? tiles_per_step : layout.row_tiles();
  uint64_t written = 0;
  for (uint64_t window = 0; window < stream_.tiles;
       window += tiles_per_window) {
    const uint64_t tiles = std::min(tiles_per_window, stream_.tiles - window);
    buffer_.assign(tiles * stream_.stride, 0);
    for (uint64_t first = 0; first < tiles; first += tiles_per_step) {
      PackStep(window, first, std::min(tiles_per_step, tiles - first));
    }
    for (Member& member : members_) HashStored(member, tiles);
    // The last tile of a stream has no gap after it.
    const uint64_t bytes =
        std::min<uint64_t>(buffer_.size(), stream_.size - written);
    TESSERA_RETURN_IF_ERROR(write(absl::MakeConstSpan(buffer_.data(), bytes)));
    written += bytes;
  }
  return absl::OkStatus();
}

void StreamPacker::PackStep(uint64_t window, uint64_t first, uint64_t tiles) {
  const uint64_t tasks = CeilDiv(tiles, tiles_per_task_);
  for (Member& member : members_) {
    member.rows.resize(tiles * member.to->layout.tile_rows *
                       member.to->layout.row_bytes);
    member.distortions.assign(tasks, Distortion());
  }
  pool_.ParallelFor(
      static_cast<int64_t>(tasks * members_.size()), [&](int64_t index) {
        Member& member = members_[index % members_.size()];
        const TensorLayout& layout = member.to->layout;
        const uint64_t task = index / members_.size();
        const uint64_t begin = task * tiles_per_task_;
        const uint64_t end = std::min(tiles, begin + tiles_per_task_);
        for (uint64_t tile = begin; tile < end; ++tile) {
          PackTile(
              member, window, first + tile,
              member.rows.data() + tile * layout.tile_rows * layout.row_bytes,
              &member.distortions[task]);
        }
      });
  for (Member& member : members_) HashRows(member, window + first, tiles);
}

// `tile` counts from the window; `blocks` has room for its row-major rows.
void StreamPacker::PackTile(Member& member, uint64_t window, uint64_t tile,
                            uint8_t* blocks, Distortion* distortion) {
  const TensorLayout& layout = member.to->layout;
  const TileRows rows = RowsOfTile(layout, window + tile);
  ConvertRows(source_, *member.from, member.to->type, rows.first, rows.count,
              blocks, distortion);
  if (layout.has_whole_row_tiles()) {
    PackRowTile(
        layout, blocks, rows.count,
        buffer_.data() + tile * stream_.stride + member.offset_in_stride);
  } else {
    PackMatrixTile(layout, tile, blocks, buffer_.data());
  }
}

void StreamPacker::HashRows(Member& member, uint64_t first_tile,
                            uint64_t tiles) {
  const TensorLayout& layout = member.to->layout;
  for (uint64_t tile = 0; tile < tiles; ++tile) {
    const TileRows rows = RowsOfTile(layout, first_tile + tile);
    member.rowmajor_hash.Update(absl::MakeConstSpan(
        member.rows.data() + tile * layout.tile_rows * layout.row_bytes,
        rows.count * layout.row_bytes));
  }
  for (const Distortion& distortion : member.distortions) {
    member.distortion.Merge(distortion);
  }
}

// Spread tiles have no gaps, so that the pieces of a matrix are all of it.
void StreamPacker::HashStored(Member& member, uint64_t tiles) {
  for (uint64_t tile = 0; tile < tiles; ++tile) {
    member.stored_hash.Update(absl::MakeConstSpan(
        buffer_.data() + tile * stream_.stride + member.offset_in_stride,
        member.to->layout.row_tile_bytes));
  }
}

void StreamPacker::Finish(absl::Span<PackedTensor> packed) {
  for (size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    PackedTensor& result = packed[stream_.members[i]];
    result.stored_xxh128 = member.stored_hash.Digest();
    result.rowmajor_xxh128 = member.rowmajor_hash.Digest();
    result.quantized = member.to->type != member.from->type;
    if (result.quantized) result.error = member.distortion.Summary();
  }
}

}  // namespace

absl::Status PackStream(
    const WeightSource& source, const ArenaPlan& plan,
    const PlannedStream& stream, ThreadPool& pool,
    absl::FunctionRef<absl::Status(absl::Span<const uint8_t>)> write,
    absl::Span<PackedTensor> packed) {
  StreamPacker packer(source, plan, stream, pool);
  TESSERA_RETURN_IF_ERROR(packer.Run(write));
  packer.Finish(packed);
  return absl::OkStatus();
}

}  // namespace tessera
