#include "converter/pack/stream_packer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "formats/layout/pack.h"

namespace tessera {
namespace {

// Rows that one task converts, where a row tile is a single row.
constexpr uint64_t kTaskRows = 16;

absl::Span<const uint8_t> HashBytes(const uint64_t* hashes, uint64_t count) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(hashes),
                             count * sizeof(uint64_t));
}

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

}  // namespace

StreamPacker::StreamPacker(const WeightSource& source, const ArenaPlan& plan,
                           const PlannedStream& stream, uint64_t step_bytes)
    : source_(source),
      plan_(plan),
      stream_(stream),
      members_(stream.members.size()),
      stored_hasher_(plan, stream) {
  for (size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    member.index = stream.members[i];
    member.to = &plan.tensors[stream.members[i]];
    member.offset_in_stride = member.to->first_tile - stream.offset;
  }
  if (stream.size == 0) {
    steps_.emplace_back();
    return;
  }
  gap_offset_ = members_.back().offset_in_stride +
                members_.back().to->layout.row_tile_bytes;
  const TensorLayout& layout = members_.front().to->layout;
  tiles_per_task_ = CeilDiv(kTaskRows, layout.tile_rows);
  const uint64_t step_tiles =
      std::max<uint64_t>(tiles_per_task_, step_bytes / stream.stride);
  const uint64_t window_tiles =
      layout.has_whole_row_tiles() ? step_tiles : layout.row_tiles();
  for (uint64_t window = 0; window < stream.tiles; window += window_tiles) {
    Step step;
    step.window = window;
    step.window_tiles = std::min(window_tiles, stream.tiles - window);
    while (step.first < step.window_tiles) {
      step.tiles = std::min(step_tiles, step.window_tiles - step.first);
      step.tasks = CeilDiv(step.tiles, tiles_per_task_) * members_.size();
      steps_.push_back(step);
      step.first += step.tiles;
    }
  }
}

// Where the rows of `member` begin, for member members_.size() where all end.
uint64_t StreamPacker::RowsOffset(const Step& step, size_t member) const {
  uint64_t offset = 0;
  for (size_t i = 0; i < member; ++i) {
    const TensorLayout& layout = members_[i].to->layout;
    offset += step.tiles * layout.tile_rows * layout.row_bytes;
  }
  return offset;
}

uint64_t StreamPacker::RowsBytes(const Step& step) const {
  return RowsOffset(step, members_.size());
}

uint64_t StreamPacker::WindowBytes(const Step& step) const {
  return step.window_tiles * stream_.stride;
}

void StreamPacker::PrepareRows(const Step& step, Rows* rows) const {
  rows->findings.resize(step.tasks);
  rows->source_hashes.resize(step.tiles * members_.size());
}

void StreamPacker::RunTask(const Step& step, uint64_t task, Rows& rows,
                           uint8_t* window) const {
  const size_t index = task % members_.size();
  const Member& member = members_[index];
  const TensorLayout& layout = member.to->layout;
  const uint64_t tile_rows_bytes = layout.tile_rows * layout.row_bytes;
  const uint64_t begin = task / members_.size() * tiles_per_task_;
  const uint64_t end = std::min(step.tiles, begin + tiles_per_task_);
  uint8_t* blocks = rows.blocks + RowsOffset(step, index);
  for (uint64_t tile = begin; tile < end; ++tile) {
    PackTile(member, step, step.first + tile, blocks + tile * tile_rows_bytes,
             window, &rows.findings[task]);
    rows.source_hashes[index * step.tiles + tile] =
        rows.findings[task].source_hash;
  }
}

// `tile` counts from the window's first.
void StreamPacker::PackTile(const Member& member, const Step& step,
                            uint64_t tile, uint8_t* blocks, uint8_t* window,
                            RowFindings* findings) const {
  const TensorLayout& layout = member.to->layout;
  const TileRows rows = RowsOfTile(layout, step.window + tile);
  findings->source_hash = 0;
  ConvertRows(source_, plan_, member.index, rows.first, rows.count, blocks,
              findings);
  if (!layout.has_whole_row_tiles()) {
    PackMatrixTile(layout, tile, blocks, window);
    return;
  }
  uint8_t* stride = window + tile * stream_.stride;
  PackRowTile(layout, blocks, rows.count, stride + member.offset_in_stride);
  if (&member == &members_.back()) {
    std::memset(stride + gap_offset_, 0, stream_.stride - gap_offset_);
  }
}

absl::Status StreamPacker::CheckFinite(const Member& member,
                                       const RowFindings& findings) const {
  if (findings.nonfinite == 0 || plan_.allow_nonfinite) {
    return absl::OkStatus();
  }
  const SourceTensor& from = source_.tensors[member.index];
  const NonFiniteWeight& weight = *findings.first_nonfinite;
  const std::string place = absl::StrCat(
      from.parts.empty() ? "" : source_.files[from.parts[0].file].path() + ": ",
      from.source_name, ", row ", weight.row, ", column ", weight.column);
  if (!std::isfinite(weight.value)) {
    return absl::DataLossError(
        absl::StrCat(place, ": the weight is ", weight.value,
                     "; --allow_nonfinite converts such weights as they are"));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      place, ": the weight ", weight.value, " does not fit ",
      DTypeName(member.to->type),
      "; choose another type for this tensor (--tensor_type), or give "
      "--allow_nonfinite"));
}

absl::Status StreamPacker::HashRows(const Step& step, const Rows& rows) {
  for (size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    const TensorLayout& layout = member.to->layout;
    const uint8_t* blocks = rows.blocks + RowsOffset(step, i);
    for (uint64_t tile = 0; tile < step.tiles; ++tile) {
      const TileRows of_tile =
          RowsOfTile(layout, step.window + step.first + tile);
      member.rowmajor_hash.Update(absl::MakeConstSpan(
          blocks + tile * layout.tile_rows * layout.row_bytes,
          of_tile.count * layout.row_bytes));
    }
    if (!IsKept(member)) {
      member.source_hash.Update(
          HashBytes(rows.source_hashes.data() + i * step.tiles, step.tiles));
    }
    for (size_t task = i; task < step.tasks; task += members_.size()) {
      const RowFindings& findings = rows.findings[task];
      member.distortion.Merge(findings.distortion);
      member.nonfinite += findings.nonfinite;
      member.zero = member.zero && findings.zero;
      TESSERA_RETURN_IF_ERROR(CheckFinite(member, findings));
    }
  }
  return absl::OkStatus();
}

absl::Span<const uint8_t> StreamPacker::FinishWindow(const Step& step,
                                                     const uint8_t* window) {
  stored_hasher_.Take(window, step.window_tiles);
  // The last tile of a stream has no gap after it.
  const uint64_t left = stream_.size - step.window * stream_.stride;
  return absl::MakeConstSpan(window,
                             std::min<uint64_t>(WindowBytes(step), left));
}

absl::Status StreamPacker::Finish(absl::Span<PackedTensor> packed) const {
  for (size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    const SourceTensor& from = source_.tensors[member.index];
    PackedTensor& result = packed[member.index];
    result.stored_xxh128 = stored_hasher_.Digest(i);
    result.rowmajor_xxh128 = member.rowmajor_hash.Digest();
    result.source_xxh128 =
        IsKept(member) ? result.rowmajor_xxh128 : member.source_hash.Digest();
    result.nonfinite = member.nonfinite;
    result.zero = member.zero && from.size != 0;
    if (member.to->type != from.type) {
      result.error = member.distortion.Summary();
    } else {
      result.error = from.error;
    }
    if (!from.rowmajor_xxh128.empty() && member.to->type == from.type &&
        from.rowmajor_xxh128 != result.rowmajor_xxh128) {
      return absl::DataLossError(absl::StrCat(
          from.source_name,
          ": its weights do not have the hash that their file has for them"));
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> StreamPacker::DigestSource(
    const WeightSource& source) const {
  std::vector<std::string> digests;
  std::vector<uint8_t> copy;
  for (const Member& member : members_) {
    const SourceTensor& from = source.tensors[member.index];
    const TensorLayout& layout = member.to->layout;
    const uint64_t tiles = stream_.size == 0 ? 0 : stream_.tiles;
    Xxh128Stream hash;
    for (uint64_t tile = 0; tile < tiles; ++tile) {
      const TileRows rows = RowsOfTile(layout, tile);
      if (!IsKept(member)) {
        const uint64_t of_tile =
            HashSourceRows(source, from, rows.first, rows.count);
        hash.Update(HashBytes(&of_tile, 1));
        continue;
      }
      absl::Span<const uint8_t> bytes =
          source.RowsInPlace(from, rows.first, rows.count);
      if (bytes.empty()) {
        copy.resize(rows.count * layout.row_bytes);
        source.ReadRows(from, rows.first, rows.count, copy.data());
        bytes = copy;
      }
      hash.Update(bytes);
    }
    digests.push_back(hash.Digest());
  }
  return digests;
}

}  // namespace tessera
