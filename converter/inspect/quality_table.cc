#include "converter/inspect/quality_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "formats/dtype/dtype.h"

namespace tessera {
namespace {

double BitsPerWeight(uint64_t bytes, uint64_t weights) {
  return weights == 0
             ? 0
             : 8 * static_cast<double>(bytes) / static_cast<double>(weights);
}

// The errors of several tensors as those of one.
class ErrorSum {
 public:
  void Add(const QuantizationError& error, uint64_t weights) {
    const double squared_error =
        error.rmse() * error.rmse() * static_cast<double>(weights);
    squared_error_ += squared_error;
    squared_signal_ += squared_error * std::pow(10, error.snr_db() / 10);
    max_abs_ = std::max(max_abs_, error.max_abs());
    weights_ += weights;
  }

  uint64_t weights() const { return weights_; }

  // Without an error if nothing was added.
  QuantizationError Total() const {
    QuantizationError total;
    total.set_snr_db(std::numeric_limits<double>::infinity());
    if (weights_ == 0) return total;
    total.set_rmse(std::sqrt(squared_error_ / static_cast<double>(weights_)));
    total.set_max_abs(max_abs_);
    total.set_snr_db(10 * std::log10(squared_signal_ / squared_error_));
    return total;
  }

 private:
  double squared_error_ = 0;
  double squared_signal_ = 0;
  double max_abs_ = 0;
  uint64_t weights_ = 0;
};

TensorQuality QualityOf(const Tensor& tensor) {
  const auto type = static_cast<DType>(tensor.type());
  const std::vector<uint64_t> shape(tensor.shape().begin(),
                                    tensor.shape().end());
  TensorQuality quality;
  quality.name = tensor.name();
  quality.type = DTypeName(type);
  quality.source_type = DTypeName(static_cast<DType>(tensor.source_type()));
  quality.weights = ElementCount(shape).value_or(0);
  quality.bytes = TensorBytes(type, shape).value_or(0);
  if (tensor.has_error()) quality.error = tensor.error();
  quality.nonfinite_weights = tensor.nonfinite_weights();
  return quality;
}

// What is no number is no zero either.
bool LostSomething(const TensorQuality& tensor) {
  return tensor.error.has_value() && tensor.error->rmse() != 0;
}

std::vector<TypeQuality> TypesOf(const std::vector<TensorQuality>& tensors) {
  std::vector<TypeQuality> types;
  std::vector<ErrorSum> sums;
  for (const TensorQuality& tensor : tensors) {
    size_t i = 0;
    while (i < types.size() && types[i].type != tensor.type) ++i;
    if (i == types.size()) {
      types.emplace_back().type = tensor.type;
      sums.emplace_back();
    }
    ++types[i].tensors;
    types[i].weights += tensor.weights;
    types[i].bytes += tensor.bytes;
    if (!LostSomething(tensor)) continue;
    sums[i].Add(*tensor.error, tensor.weights);
    types[i].error = sums[i].Total();
  }
  std::stable_sort(types.begin(), types.end(),
                   [](const TypeQuality& a, const TypeQuality& b) {
                     return a.bytes > b.bytes;
                   });
  return types;
}

}  // namespace

double TensorQuality::bits_per_weight() const {
  return BitsPerWeight(bytes, weights);
}

double TypeQuality::bits_per_weight() const {
  return BitsPerWeight(bytes, weights);
}

double QualityTable::bits_per_weight() const {
  return BitsPerWeight(bytes, weights);
}

QualityTable QualityTableOf(const Manifest& manifest) {
  QualityTable table;
  ErrorSum sum;
  bool any_converted = false;
  for (const Tensor& tensor : manifest.tensors()) {
    TensorQuality quality = QualityOf(tensor);
    table.weights += quality.weights;
    table.bytes += quality.bytes;
    if (quality.error.has_value()) {
      any_converted = true;
      if (LostSomething(quality)) sum.Add(*quality.error, quality.weights);
    }
    if (quality.error.has_value() && quality.error->rmse() > 0 &&
        quality.error->snr_db() <= 0 && table.vanished_tensors++ == 0) {
      table.first_vanished = quality.name;
    }
    table.nonfinite_weights += quality.nonfinite_weights;
    if (tensor.source_type() != tensor.type() &&
        IsQuantized(static_cast<DType>(tensor.source_type()))) {
      ++table.requantized_tensors;
    }
    table.tensors.push_back(std::move(quality));
  }
  table.quantized_weights = sum.weights();
  if (any_converted) table.error = sum.Total();
  table.types = TypesOf(table.tensors);
  return table;
}

std::vector<size_t> WorstTensors(const QualityTable& table, size_t most) {
  std::vector<size_t> worst;
  for (size_t i = 0; i < table.tensors.size(); ++i) {
    if (LostSomething(table.tensors[i])) worst.push_back(i);
  }
  const auto snr = [&table](size_t i) {
    const double db = table.tensors[i].error->snr_db();
    return std::isnan(db) ? -std::numeric_limits<double>::infinity() : db;
  };
  std::stable_sort(worst.begin(), worst.end(),
                   [&](size_t a, size_t b) { return snr(a) < snr(b); });
  worst.resize(std::min(worst.size(), most));
  return worst;
}

}  // namespace tessera
