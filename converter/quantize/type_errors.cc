#include "converter/quantize/type_errors.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "converter/quantize/usable_importance.h"
#include "converter/quantize/value_weights.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

// Of one tensor. The error of a type hardly differs between rows: a thousandth
// of a large matrix tells it to a percent.
constexpr uint64_t kSampleWeights = uint64_t{1} << 17;
constexpr uint64_t kLeastRows = 8;

// Rows that one task measures.
constexpr uint64_t kTaskRows = 16;

// A part of the sample of one trial, and what was found there.
struct Task {
  size_t trial = 0;
  uint64_t first = 0;  // sampled rows [first, first + count)
  uint64_t count = 0;
  double signal = 0;
  std::vector<double> errors;  // by type
};

uint64_t SampledRows(const SourceTensor& tensor) {
  const uint64_t columns = std::max<uint64_t>(tensor.columns(), 1);
  return std::min(tensor.rows(),
                  std::max(kSampleWeights / columns, kLeastRows));
}

// The row that sampled row `index` of `count` is.
uint64_t RowOf(uint64_t index, uint64_t count, uint64_t rows) {
  // In 128 bits: rows come from a file.
  const auto position = static_cast<unsigned __int128>(2 * index + 1) * rows;
  return static_cast<uint64_t>(position / (2 * count));
}

// Measures rows one after another; reuses its buffers.
class RowMeter {
 public:
  RowMeter(const WeightSource& source, const TypeTrial& trial,
           const ImportanceMatrix* importance, bool high_effort)
      : source_(source),
        trial_(trial),
        importance_(importance),
        high_effort_(high_effort),
        columns_(trial.tensor->columns()),
        raw_(*RowBytes(trial.tensor->type, columns_)),
        values_(columns_),
        stored_(columns_) {}

  void AddRow(uint64_t row, Task* task) {
    const SourceTensor& tensor = *trial_.tensor;
    source_.ReadRows(tensor, row, 1, raw_.data());
    FindCodec(tensor.type)
        ->dequantize_row(raw_.data(), static_cast<int64_t>(columns_),
                         values_.data());
    absl::Span<const float> weights;
    if (importance_ != nullptr) {
      weights = importance_->Find(tensor.name, row / tensor.rows_per_matrix(),
                                  columns_);
      // Otherwise nothing would be lost by any type.
      if (HasNoImportance(weights)) weights = {};
    }
    task->signal += Sum(values_, weights);
    for (size_t i = 0; i < trial_.types.size(); ++i) {
      if (trial_.types[i] == tensor.type) continue;
      task->errors[i] += ErrorOf(trial_.types[i], weights);
    }
  }

 private:
  // The weighted sum of squares.
  double Sum(absl::Span<const float> values,
             absl::Span<const float> weights) const {
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const double weight = weights.empty() ? 1 : weights[i];
      sum += weight * values[i] * values[i];
    }
    return sum;
  }

  double ErrorOf(DType type, absl::Span<const float> weights) {
    const Codec& codec = *FindCodec(type);
    blocks_.resize(*RowBytes(type, columns_));
    const auto columns = static_cast<int64_t>(columns_);
    const absl::Span<const float> usable =
        UsableImportance(weights, type, &usable_importance_);
    const absl::Span<const float> searched =
        high_effort_ ? WeighByValue(values_, usable, &value_weights_) : usable;
    QuantizerOf(codec, high_effort_)(
        values_.data(), columns, searched.empty() ? nullptr : searched.data(),
        blocks_.data());
    codec.dequantize_row(blocks_.data(), columns, stored_.data());
    for (size_t i = 0; i < columns_; ++i) stored_[i] -= values_[i];
    return Sum(stored_, weights);
  }

  const WeightSource& source_;
  const TypeTrial& trial_;
  const ImportanceMatrix* importance_;
  const bool high_effort_;
  const uint64_t columns_;
  std::vector<uint8_t> raw_;
  std::vector<uint8_t> blocks_;
  std::vector<float> values_;
  std::vector<float> stored_;
  std::vector<float> usable_importance_;
  std::vector<float> value_weights_;
};

std::vector<Task> TasksOf(absl::Span<const TypeTrial> trials) {
  std::vector<Task> tasks;
  for (size_t trial = 0; trial < trials.size(); ++trial) {
    const uint64_t rows = SampledRows(*trials[trial].tensor);
    for (uint64_t first = 0; first < rows; first += kTaskRows) {
      Task& task = tasks.emplace_back();
      task.trial = trial;
      task.first = first;
      task.count = std::min(kTaskRows, rows - first);
      task.errors.resize(trials[trial].types.size());
    }
  }
  return tasks;
}

}  // namespace

std::vector<std::vector<double>> MeasureTypeErrors(
    const WeightSource& source, absl::Span<const TypeTrial> trials,
    const ImportanceMatrix* importance, bool high_effort, ThreadPool& pool) {
  std::vector<Task> tasks = TasksOf(trials);
  pool.ParallelFor(static_cast<int64_t>(tasks.size()), [&](int64_t index) {
    Task& task = tasks[index];
    const TypeTrial& trial = trials[task.trial];
    const uint64_t sampled = SampledRows(*trial.tensor);
    RowMeter meter(source, trial, importance, high_effort);
    for (uint64_t i = task.first; i < task.first + task.count; ++i) {
      meter.AddRow(RowOf(i, sampled, trial.tensor->rows()), &task);
    }
  });
  std::vector<std::vector<double>> errors(trials.size());
  std::vector<double> signals(trials.size());
  for (size_t i = 0; i < trials.size(); ++i) {
    errors[i].resize(trials[i].types.size());
  }
  for (const Task& task : tasks) {
    signals[task.trial] += task.signal;
    for (size_t i = 0; i < task.errors.size(); ++i) {
      errors[task.trial][i] += task.errors[i];
    }
  }
  for (size_t i = 0; i < trials.size(); ++i) {
    for (double& error : errors[i]) {
      error /= std::max(signals[i], 1e-300);
      if (!std::isfinite(error)) error = 1;
    }
  }
  return errors;
}

}  // namespace tessera
