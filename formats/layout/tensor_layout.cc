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

constexpr absl::string_view kUnknownName = "unknown";

// Streams this far apart compete for the same sets of the L1 cache and defeat
// store forwarding; one line more avoids it.
constexpr uint64_t kAliasBytes = 4096;
constexpr uint64_t kCacheLineBytes = 64;

// Columns of a swizzled tile, unless the type's smallest tile has more. Frozen
// with the order's number.
constexpr uint32_t kSwizzledColumns = 256;

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

// Columns of a tile that lies by itself. Transposed tiles are as small as tiles
// get, a single column of floats; swizzled ones are a few KiB, worth a call.
uint32_t TileColumns(LayoutOrder order, const BlockFields& fields) {
  if (order == LayoutOrder::kInterleaved) return 0;
  const uint32_t smallest = uint32_t{fields.unit_columns} *
                            (fields.has_head() ? fields.tile_blocks : 1);
  return order == LayoutOrder::kTransposed
             ? smallest
             : std::max(smallest, kSwizzledColumns);
}

absl::Status FillTiled(TensorLayout& layout) {
  const BlockFields* fields = FieldsOf(layout);
  if (fields == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat(DTypeName(layout.type), " has no ",
                     LayoutOrderName(layout.order), " layout; use rowmajor"));
  }
  if (layout.rows == 0 || layout.columns == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a matrix in tiles needs rows and columns, got ",
                     layout.rows, " x ", layout.columns));
  }
  if (layout.row_bytes > kMaxRowBytes) return TooLarge(layout);
  const uint64_t units =
      CeilDiv(layout.row_bytes - fields->row_head_bytes, fields->unit_bytes);
  layout.tile_rows = kTileRows;
  layout.tile_blocks = fields->tile_blocks;
  layout.tile_columns = TileColumns(layout.order, *fields);
  layout.interleave_bytes =
      std::min<uint32_t>(kInterleaveBytes, fields->unit_bytes);
  for (const BlockField& field : fields->body) {
    layout.value_xor |= field.value_xor;
  }
  layout.row_tile_bytes = fields->TileBytes(units);
  if (fields->row_head_bytes != 0) layout.row_tile_bytes += kTileHeadBytes;
  layout.row_tile_stride = layout.row_tile_bytes;
  if (layout.order == LayoutOrder::kInterleaved &&
      layout.row_tile_stride % kAliasBytes == 0) {
    layout.row_tile_stride += kCacheLineBytes;
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view LayoutOrderName(LayoutOrder order) {
  for (const OrderName& entry : kOrderNames) {
    if (entry.order == order) return entry.name;
  }
  return kUnknownName;
}

std::optional<LayoutOrder> LayoutOrderFromName(absl::string_view name) {
  for (const OrderName& entry : kOrderNames) {
    if (entry.name == name) return entry.order;
  }
  return std::nullopt;
}

const BlockFields* FieldsOf(const TensorLayout& layout) {
  if (layout.order == LayoutOrder::kRowMajor) return nullptr;
  return layout.order == LayoutOrder::kTransposed
             ? FindTransposedFields(layout.type)
             : FindBlockFields(layout.type);
}

absl::StatusOr<TensorLayout> MakeTensorLayout(LayoutOrder order, DType type,
                                              uint64_t rows, uint64_t columns) {
  TensorLayout layout;
  layout.order = order;
  layout.type = type;
  layout.rows = rows;
  layout.columns = columns;
  if (LayoutOrderName(order) == kUnknownName) {
    return absl::UnimplementedError(absl::StrCat("layout ", kUnknownName, " (",
                                                 static_cast<uint32_t>(order),
                                                 ") is not supported"));
  }
  TESSERA_ASSIGN_OR_RETURN(layout.row_bytes, CheckedRowBytes(type, columns));
  layout.row_tile_bytes = layout.row_bytes;
  layout.row_tile_stride = layout.row_bytes;
  if (order != LayoutOrder::kRowMajor) {
    TESSERA_RETURN_IF_ERROR(FillTiled(layout));
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
