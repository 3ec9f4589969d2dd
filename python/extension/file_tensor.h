// A tensor of an open file, for numpy.
#ifndef PYTHON_EXTENSION_FILE_TENSOR_H_
#define PYTHON_EXTENSION_FILE_TENSOR_H_

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Keeps the files mapped as long as it, or an array made from it, lives.
// Immutable and thread-safe.
class FileTensor {
 public:
  FileTensor(std::shared_ptr<const WeightSource> source, size_t index)
      : source_(std::move(source)), tensor_(&source_->tensors[index]) {}

  const SourceTensor& tensor() const { return *tensor_; }

  // The values in their own type (BF16 as uint16), [shape]: a read-only view of
  // the file, or with `copy` an array of its own. Throws UnsupportedError for
  // types that numpy does not have, ValueError where there is no view since the
  // file has the values in another order.
  pybind11::array Numpy(bool copy) const;

  // The values as float32, [shape]. Throws UnsupportedError for a type that
  // cannot be decoded, DataLossError if the file cannot be read.
  pybind11::array Dequantize() const;

  // The row-major blocks as uint8: a read-only view where the file has them so,
  // else a copy.
  pybind11::array Raw() const;

 private:
  // In the file; none if they would have to be put together.
  absl::Span<const uint8_t> BytesInPlace() const;
  uint64_t BlockBytes() const;
  // An array of `dtype` and `shape` over those bytes.
  pybind11::array View(const pybind11::dtype& dtype,
                       const std::vector<pybind11::ssize_t>& shape) const;
  // The same over row-major bytes of its own.
  pybind11::array Copy(const pybind11::dtype& dtype,
                       const std::vector<pybind11::ssize_t>& shape) const;
  absl::Status DequantizeInto(float* values) const;
  // DataLoss if what was read could not be read.
  absl::Status CheckFiles() const;

  std::shared_ptr<const WeightSource> source_;
  const SourceTensor* tensor_;
};

// Adds the class Tensor to `module`.
void BindFileTensor(pybind11::module_& module);

}  // namespace tessera

#endif  // PYTHON_EXTENSION_FILE_TENSOR_H_
