#include "python/extension/file_tensor.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/printable.h"
#include "base/status_macros.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"
#include "formats/quant/codec.h"
#include "python/extension/errors.h"

namespace tessera {
namespace {

namespace py = pybind11;

using Shape = std::vector<py::ssize_t>;

// Rows that are decoded together, about so many bytes.
constexpr uint64_t kStepBytes = uint64_t{1} << 20;

// Bytes of a mapped file as a buffer that Python cannot write to.
struct MappedBytes {
  std::shared_ptr<const WeightSource> source;
  absl::Span<const uint8_t> bytes;
};

// What numpy calls the type, or nullptr.
const char* NumpyName(DType type) {
  switch (type) {
    case DType::kF32:
      return "<f4";
    case DType::kF16:
      return "<f2";
    case DType::kBF16:
      return "<u2";
    case DType::kF64:
      return "<f8";
    case DType::kI8:
      return "i1";
    case DType::kI16:
      return "<i2";
    case DType::kI32:
      return "<i4";
    case DType::kI64:
      return "<i8";
    case DType::kU8:
      return "u1";
    case DType::kU16:
      return "<u2";
    case DType::kU32:
      return "<u4";
    case DType::kU64:
      return "<u8";
    case DType::kBOOL:
      return "?";
    case DType::kC64:
      return "<c8";
    default:
      return nullptr;
  }
}

Shape ShapeOf(const SourceTensor& tensor) {
  return Shape(tensor.shape.begin(), tensor.shape.end());
}

std::string Named(const SourceTensor& tensor) {
  return absl::StrCat("tensor ", tensor.name);
}

bool CanDecode(DType type) {
  const Codec* codec = FindCodec(type);
  return codec != nullptr && codec->dequantize_row != nullptr;
}

absl::Status CannotDecode(const SourceTensor& tensor) {
  return absl::UnimplementedError(
      absl::StrCat(Named(tensor), " is ", DTypeName(tensor.type),
                   ", which this version cannot decode"));
}

}  // namespace

uint64_t FileTensor::BlockBytes() const {
  return TensorBytes(tensor_->type, tensor_->shape).value_or(0);
}

absl::Span<const uint8_t> FileTensor::BytesInPlace() const {
  return source_->RowsInPlace(*tensor_, 0, tensor_->rows());
}

py::array FileTensor::View(const py::dtype& dtype, const Shape& shape) const {
  if (BlockBytes() == 0) return py::array(dtype, shape);
  const py::object bytes = py::cast(MappedBytes{source_, BytesInPlace()});
  return py::module_::import("numpy")
      .attr("frombuffer")(bytes, dtype)
      .attr("reshape")(py::tuple(py::cast(shape)));
}

py::array FileTensor::Copy(const py::dtype& dtype, const Shape& shape) const {
  py::array array(dtype, shape);
  auto* bytes = static_cast<uint8_t*>(array.mutable_data());
  ThrowIfError(WithoutGil([&] {
    if (BlockBytes() > 0) {
      source_->ReadRows(*tensor_, 0, tensor_->rows(), bytes);
    }
    return CheckFiles();
  }));
  return array;
}

py::array FileTensor::Numpy(bool copy) const {
  const char* name = NumpyName(tensor_->type);
  if (name == nullptr) {
    ThrowIfError(absl::UnimplementedError(absl::StrCat(
        Named(*tensor_), " is ", DTypeName(tensor_->type),
        ", which numpy does not have; use dequantize(), or raw()")));
  }
  const py::dtype dtype(name);
  if (copy) return Copy(dtype, ShapeOf(*tensor_));
  if (BytesInPlace().empty() && BlockBytes() > 0) {
    ThrowIfError(absl::InvalidArgumentError(absl::StrCat(
        Named(*tensor_),
        " has its values in another order in the file, so there is no view of "
        "them; use numpy(copy=True)")));
  }
  return View(dtype, ShapeOf(*tensor_));
}

py::array FileTensor::Raw() const {
  const Shape shape = {static_cast<py::ssize_t>(BlockBytes())};
  const py::dtype dtype("u1");
  return BytesInPlace().empty() ? Copy(dtype, shape) : View(dtype, shape);
}

absl::Status FileTensor::DequantizeInto(float* values) const {
  const Codec* codec = FindCodec(tensor_->type);
  const uint64_t columns = tensor_->columns();
  const uint64_t row_bytes = RowBytes(tensor_->type, columns).value_or(0);
  const uint64_t rows = tensor_->rows();
  const uint64_t step =
      std::clamp<uint64_t>(kStepBytes / std::max<uint64_t>(row_bytes, 1), 1,
                           std::max<uint64_t>(rows, 1));
  std::vector<uint8_t> blocks(step * row_bytes);
  for (uint64_t row = 0; row < rows && row_bytes > 0; row += step) {
    const uint64_t count = std::min(step, rows - row);
    source_->ReadRows(*tensor_, row, count, blocks.data());
    for (uint64_t i = 0; i < count; ++i) {
      codec->dequantize_row(blocks.data() + i * row_bytes,
                            static_cast<int64_t>(columns),
                            values + (row + i) * columns);
    }
  }
  return CheckFiles();
}

absl::Status FileTensor::CheckFiles() const {
  for (const SourcePart& part : tensor_->parts) {
    TESSERA_RETURN_IF_ERROR(source_->files[part.file].CheckSize());
  }
  return absl::OkStatus();
}

py::array FileTensor::Dequantize() const {
  const py::dtype float32("<f4");
  if (!CanDecode(tensor_->type)) {
    if (NumpyName(tensor_->type) == nullptr || tensor_->type == DType::kC64) {
      ThrowIfError(CannotDecode(*tensor_));
    }
    return Numpy(/*copy=*/true).attr("astype")(float32);
  }
  py::array array(float32, ShapeOf(*tensor_));
  auto* values = static_cast<float*>(array.mutable_data());
  ThrowIfError(WithoutGil([&] { return DequantizeInto(values); }));
  return array;
}

void BindFileTensor(py::module_& module) {
  py::class_<MappedBytes>(module, "_MappedBytes", py::buffer_protocol())
      .def_buffer([](MappedBytes& mapped) {
        return py::buffer_info(mapped.bytes.data(),
                               static_cast<py::ssize_t>(mapped.bytes.size()),
                               /*readonly=*/true);
      });
  py::class_<FileTensor>(module, "Tensor", R"(A tensor of an open file.

It keeps the file mapped as long as it, or an array made from it, lives, even
if the file was closed.)")
      .def_property_readonly(
          "name",
          [](const FileTensor& tensor) {
            return Printable(tensor.tensor().name);
          },
          "The name, as GGUF has it: 'blk.0.attn_q.weight'.")
      .def_property_readonly(
          "source_name",
          [](const FileTensor& tensor) {
            return Printable(tensor.tensor().source_name);
          },
          "The name that the file has.")
      .def_property_readonly(
          "type",
          [](const FileTensor& tensor) {
            return DTypeName(tensor.tensor().type);
          },
          "The type, as GGUF or safetensors name it: 'Q4_K', 'BF16'.")
      .def_property_readonly(
          "shape",
          [](const FileTensor& tensor) {
            return py::tuple(py::cast(ShapeOf(tensor.tensor())));
          },
          "The shape, outermost dimension first.")
      .def_property_readonly(
          "layout",
          [](const FileTensor& tensor) {
            return std::string(LayoutOrderName(tensor.tensor().layout.order));
          },
          "The order of the weights in the file: 'rowmajor', 'interleaved', "
          "'transposed' or 'swizzled'.")
      .def_property_readonly(
          "nbytes",
          [](const FileTensor& tensor) {
            return TensorBytes(tensor.tensor().type, tensor.tensor().shape)
                .value_or(0);
          },
          "Bytes of its row-major blocks.")
      .def_property_readonly(
          "snr",
          [](const FileTensor& tensor) -> py::object {
            if (!tensor.tensor().error.has_value()) return py::none();
            return py::float_(tensor.tensor().error->snr_db());
          },
          "Of an arena's tensor whose type was changed when it was made: the "
          "signal-to-noise ratio in decibels, inf if nothing was lost. Else "
          "None.")
      .def("numpy", &FileTensor::Numpy, py::arg("copy") = false,
           R"(The values in their own type, as an array of this shape.

A read-only view of the file, of which nothing is copied. BF16, which numpy does
not have, comes as uint16. If the file is cut while an array views it, the
values that are lost read as 0.

With copy=True an array of its own. Without, ValueError for a tensor whose
values are in another order in the file (another layout than row-major; Hugging
Face's q and k of a Llama, which are reordered to GGUF's order; experts in
tensors of their own). UnsupportedError for types that numpy does not have.)")
      .def("dequantize", &FileTensor::Dequantize,
           R"(The values as float32, whatever the type and the layout.

UnsupportedError for a type that cannot be decoded, DataLossError if the file
cannot be read any more.)")
      .def("raw", &FileTensor::Raw,
           R"(The row-major blocks, as uint8.

The same bytes as in a GGUF file of this type. A read-only view where the file
has them in this order, else a copy.)")
      .def("__repr__", [](const FileTensor& tensor) {
        return absl::StrCat(
            "<tessera.Tensor '", Printable(tensor.tensor().name), "' ",
            DTypeName(tensor.tensor().type), " ",
            py::repr(py::tuple(py::cast(ShapeOf(tensor.tensor()))))
                .cast<std::string>(),
            ">");
      });
}

}  // namespace tessera
