#include "formats/arena/stored_tensor.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/checked_math.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/arena/arena_constants.h"
#include "formats/arena/extent.h"

namespace tessera {
namespace {

constexpr char kPortable[] = "portable";

template <typename... Args>
absl::Status Damaged(const Tensor& tensor, const Args&... args) {
  return absl::DataLossError(
      absl::StrCat("tensor ", Quoted(tensor.name()), ": ", args...));
}

template <typename... Args>
absl::Status Unknown(const Tensor& tensor, const Args&... args) {
  return absl::UnimplementedError(absl::StrCat("tensor ", Quoted(tensor.name()),
                                               ": ", args...,
                                               "; use a newer Tessera"));
}

absl::Status CheckNameAndHashes(const Tensor& tensor) {
  if (tensor.name().empty() || tensor.name().size() > kMaxTensorNameBytes) {
    return Damaged(tensor, "name has ", tensor.name().size(),
                   " bytes, expected 1 to ", kMaxTensorNameBytes);
  }
  if (tensor.stored_xxh128().size() != kXxh128Bytes ||
      tensor.rowmajor_xxh128().size() != kXxh128Bytes) {
    return Damaged(tensor, "hashes have ", tensor.stored_xxh128().size(),
                   " and ", tensor.rowmajor_xxh128().size(),
                   " bytes, expected ", kXxh128Bytes);
  }
  return absl::OkStatus();
}

absl::Status ReadType(const Tensor& tensor, StoredTensor& stored) {
  stored.type = static_cast<DType>(tensor.type());
  const DTypeTraits* traits = FindDType(stored.type);
  if (traits == nullptr) {
    return Unknown(tensor, "type ", Quoted(tensor.type_name()), " (",
                   tensor.type(), ") is not known");
  }
  if (tensor.type_name() != traits->name) {
    return Damaged(tensor, "type ", tensor.type(), " is ", traits->name,
                   ", but is called ", Quoted(tensor.type_name()));
  }
  return absl::OkStatus();
}

absl::Status ReadShape(const Tensor& tensor, StoredTensor& stored) {
  if (tensor.shape_size() > kMaxTensorDimensions) {
    return Damaged(tensor, "has ", tensor.shape_size(), " dimensions, at most ",
                   kMaxTensorDimensions, " are allowed");
  }
  stored.shape.assign(tensor.shape().begin(), tensor.shape().end());
  if (!ElementCount(stored.shape).has_value()) {
    return Damaged(tensor, "shape [", absl::StrJoin(stored.shape, ", "),
                   "] overflows 64 bits");
  }
  return absl::OkStatus();
}

// What this program cannot read, before any of its numbers are interpreted.
absl::Status CheckLayoutIsKnown(const Tensor& tensor) {
  const Layout& layout = tensor.layout();
  if (layout.kernel_abi() != kKernelAbi) {
    return Unknown(tensor, "kernel ABI ", layout.kernel_abi(),
                   " is not known, only ", kKernelAbi);
  }
  if (layout.isa_family() != kPortable) {
    return Unknown(tensor, "ISA family ", Quoted(layout.isa_family()),
                   " is not known, only '", kPortable, "'");
  }
  return absl::OkStatus();
}

absl::Status CompareLayout(const Tensor& tensor, const TensorLayout& expected) {
  const Layout& layout = tensor.layout();
  struct Parameter {
    const char* name;
    uint64_t found;
    uint64_t expected;
  };
  const Parameter parameters[] = {
      {"tile_rows", layout.tile_rows(), expected.tile_rows},
      {"tile_blocks", layout.tile_blocks(), expected.tile_blocks},
      {"tile_columns", layout.tile_columns(), expected.tile_columns},
      {"interleave_bytes", layout.interleave_bytes(),
       expected.interleave_bytes},
      {"value_xor", layout.value_xor(), expected.value_xor},
      {"row_tile_bytes", layout.row_tile_bytes(), expected.row_tile_bytes},
  };
  for (const Parameter& parameter : parameters) {
    if (parameter.found == parameter.expected) continue;
    return Damaged(tensor, "layout's ", parameter.name, " is ", parameter.found,
                   ", expected ", parameter.expected, " for ",
                   LayoutOrderName(expected.order), " ", tensor.type_name());
  }
  const uint64_t stride = layout.row_tile_stride();
  if (!expected.has_whole_row_tiles() && stride != expected.row_tile_stride) {
    return Damaged(tensor, "row tile stride is ", stride, ", expected ",
                   expected.row_tile_stride, ": ",
                   LayoutOrderName(expected.order), " tiles have no gaps");
  }
  if (stride < expected.row_tile_stride) {
    return Damaged(tensor, "row tile stride is ", stride,
                   ", expected at least ", expected.row_tile_stride);
  }
  if (expected.order == LayoutOrder::kInterleaved &&
      stride % kTensorAlignment != 0) {
    return Damaged(tensor, "row tile stride ", stride, " is no multiple of ",
                   kTensorAlignment);
  }
  return absl::OkStatus();
}

absl::Status ReadLayout(const Tensor& tensor, StoredTensor& stored) {
  TESSERA_RETURN_IF_ERROR(CheckLayoutIsKnown(tensor));
  const std::vector<uint64_t>& shape = stored.shape;
  const size_t dimensions = shape.size();
  const uint64_t columns = dimensions == 0 ? 1 : shape.back();
  const uint64_t rows = dimensions < 2 ? 1 : shape[dimensions - 2];
  for (size_t i = 0; i + 2 < dimensions; ++i) stored.matrices *= shape[i];
  absl::StatusOr<TensorLayout> layout =
      MakeTensorLayout(static_cast<LayoutOrder>(tensor.layout().order()),
                       stored.type, rows, columns);
  // What is a wrong argument elsewhere is a wrong file here.
  if (absl::IsUnimplemented(layout.status())) {
    return Unknown(tensor, layout.status().message());
  }
  if (!layout.ok()) return Damaged(tensor, layout.status().message());
  TESSERA_RETURN_IF_ERROR(CompareLayout(tensor, *layout));
  stored.layout = *layout;
  stored.layout.row_tile_stride = tensor.layout().row_tile_stride();
  return absl::OkStatus();
}

// Row tiles end at first_tile_offset + (count - 1) * stride + row_tile_bytes.
absl::Status CheckExtent(const Tensor& tensor, StoredTensor& stored) {
  const Extent& extent = tensor.extent();
  const TensorLayout& layout = stored.layout;
  const std::optional<uint64_t> tiles =
      CheckedMul(stored.matrices, layout.row_tiles());
  std::optional<uint64_t> end = tensor.first_tile_offset();
  if (!tiles.has_value()) {
    end.reset();
  } else if (*tiles != 0) {
    const auto last = CheckedMul(*tiles - 1, layout.row_tile_stride);
    end = last ? CheckedAdd(*end, *last) : last;
    end = end ? CheckedAdd(*end, layout.row_tile_bytes) : end;
  }
  if (!IsValid(extent) || !end.has_value() || *end > extent.size()) {
    return Damaged(tensor, "row tiles of ", layout.row_tile_bytes,
                   " bytes, from ", tensor.first_tile_offset(),
                   " at a stride of ", layout.row_tile_stride,
                   ", do not fit in the extent ", ExtentText(extent));
  }
  stored.file_offset = extent.offset() + tensor.first_tile_offset();
  if (extent.offset() % kTensorAlignment != 0 ||
      stored.file_offset % kTensorAlignment != 0) {
    return Damaged(tensor, "extent starts at ", extent.offset(),
                   " and row tiles at ", stored.file_offset,
                   ", expected multiples of ", kTensorAlignment);
  }
  return absl::OkStatus();
}

}  // namespace

uint64_t StoredTensor::RowsInTile(uint64_t row_tile) const {
  return layout.RowsInTile(row_tile % layout.row_tiles());
}

uint64_t StoredTensor::SpanBytes() const {
  return layout.StoredBytes(matrices);
}

absl::StatusOr<StoredTensor> ResolveTensor(const Tensor& tensor) {
  StoredTensor stored;
  stored.proto = &tensor;
  TESSERA_RETURN_IF_ERROR(CheckNameAndHashes(tensor));
  TESSERA_RETURN_IF_ERROR(ReadType(tensor, stored));
  TESSERA_RETURN_IF_ERROR(ReadShape(tensor, stored));
  TESSERA_RETURN_IF_ERROR(ReadLayout(tensor, stored));
  TESSERA_RETURN_IF_ERROR(CheckExtent(tensor, stored));
  return stored;
}

Layout LayoutProto(const TensorLayout& layout) {
  Layout proto;
  proto.set_order(static_cast<Layout::Order>(layout.order));
  proto.set_tile_rows(layout.tile_rows);
  proto.set_tile_blocks(layout.tile_blocks);
  proto.set_tile_columns(layout.tile_columns);
  proto.set_interleave_bytes(layout.interleave_bytes);
  proto.set_value_xor(layout.value_xor);
  proto.set_row_tile_bytes(layout.row_tile_bytes);
  proto.set_row_tile_stride(layout.row_tile_stride);
  proto.set_kernel_abi(kKernelAbi);
  proto.set_isa_family(kPortable);
  return proto;
}

}  // namespace tessera
