#include "formats/layout/tensor_layout.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "formats/layout/block_fields.h"

namespace tessera {
namespace {

struct OrderName {
  LayoutOrder order;
  absl::string_view name;
};

constexpr OrderName kOrderNames[] = {
    {LayoutOrder::kRowMajor, "rowmajor"},
    {LayoutOrder::kTransposed, "transposed"},
    {LayoutOrder::kInterleaved, "interleaved"},
    {LayoutOrder::kSwizzled, "swizzled"},
};

// Streams this far apart compete for the same sets of the L1 cache and defeat
// store forwarding; one line more avoids it.
constexpr uint64_t kAliasBytes = 4096;
constexpr uint64_t kCacheLineBytes = 64;

// Far above any matrix, far below any overflow in what follows.
constexpr uint64_t kMaxRowBytes = uint64_t{1} << 40;

absl::Status TooLarge(const TensorLayout& layout) {
  return absl::InvalidArgumentError(
      absl::StrCat("a matrix of ", layout.rows, " x ", layout.columns, " ",
                   DTypeName(layout.type), " does not fit in 64-bit offsets"));
}

absl::StatusOr<uint64_t> CheckedRowBytes(DType type, uint64_t columns) {
  const DTypeTraits* traits = FindDType(type);
  if (traits == nullptr ||
      (traits->block_elements == 0 && type != DType::kINT8)) {
    return absl::UnimplementedError(absl::StrCat(
        DTypeName(type), " has no known block; no layout stores it"));
  }
  const std::optional<uint64_t> bytes = RowBytes(type, columns);
  if (bytes.has_value()) return *bytes;
  return absl::InvalidArgumentError(
      absl::StrCat("rows of ", columns, " columns are no multiple of ",
                   DTypeName(type), "'s block of ", traits->block_elements));
}

// `units` are whole: the last one is padded.
uint64_t InterleavedRowTileBytes(const BlockFields& fields, uint64_t units) {
  uint64_t bytes = units * fields.BodyBytesPerRow() * kTileRows;
  if (fields.row_head_bytes != 0) bytes += kTileHeadBytes;
  if (fields.has_head()) {
    bytes += CeilDiv(units, fields.tile_blocks) * kTileHeadBytes;
  }
  return bytes;
}

absl::Status FillInterleaved(TensorLayout& layout) {
  const BlockFields* fields = FindBlockFields(layout.type);
  if (fields == nullptr) {
    return absl::UnimplementedError(absl::StrCat(
        DTypeName(layout.type), " has no interleaved layout; use rowmajor"));
  }
  if (layout.rows == 0 || layout.columns == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("an interleaved matrix needs rows and columns, got ",
                     layout.rows, " x ", layout.columns));
  }
  if (layout.row_bytes > kMaxRowBytes) return TooLarge(layout);
  const uint64_t units =
      CeilDiv(layout.row_bytes - fields->row_head_bytes, fields->unit_bytes);
  layout.tile_rows = kTileRows;
  layout.tile_blocks = fields->tile_blocks;
  layout.interleave_bytes = kInterleaveBytes;
  for (const BlockField& field : fields->body) {
    layout.value_xor |= field.value_xor;
  }
  layout.row_tile_bytes = InterleavedRowTileBytes(*fields, units);
  layout.row_tile_stride = layout.row_tile_bytes;
  if (layout.row_tile_stride % kAliasBytes == 0) {
    layout.row_tile_stride += kCacheLineBytes;
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view LayoutOrderName(LayoutOrder order) {
  for (const OrderName& entry : kOrderNames) {
    if (entry.order == order) return entry.name;
  }
  return "unknown";
}

std::optional<LayoutOrder> LayoutOrderFromName(absl::string_view name) {
  for (const OrderName& entry : kOrderNames) {
    if (entry.name == name) return entry.order;
  }
  return std::nullopt;
}

absl::StatusOr<TensorLayout> MakeTensorLayout(LayoutOrder order, DType type,
                                              uint64_t rows, uint64_t columns) {
  TensorLayout layout;
  layout.order = order;
  layout.type = type;
  layout.rows = rows;
  layout.columns = columns;
  if (order != LayoutOrder::kRowMajor && order != LayoutOrder::kInterleaved) {
    return absl::UnimplementedError(absl::StrCat(
        "layout ", LayoutOrderName(order), " (", static_cast<uint32_t>(order),
        ") is not supported; use rowmajor or interleaved"));
  }
  TESSERA_ASSIGN_OR_RETURN(layout.row_bytes, CheckedRowBytes(type, columns));
  layout.row_tile_bytes = layout.row_bytes;
  layout.row_tile_stride = layout.row_bytes;
  if (order == LayoutOrder::kInterleaved) {
    TESSERA_RETURN_IF_ERROR(FillInterleaved(layout));
  }
  // Whole tiles and their strides too, so that StoredBytes cannot overflow.
  const std::optional<uint64_t> padded_rows =
      CheckedRoundUp(rows, layout.tile_rows);
  if (!padded_rows.has_value() ||
      !CheckedMul(*padded_rows / layout.tile_rows, layout.row_tile_stride)
           .has_value()) {
    return TooLarge(layout);
  }
  return layout;
}

}  // namespace tessera
