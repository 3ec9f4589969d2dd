#include "converter/inspect/diff_tensors.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "base/checked_math.h"
#include "base/progress.h"
#include "converter/quantize/distortion.h"
#include "formats/layout/tensor_layout.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

constexpr uint64_t kPieceBytes = 1 << 20;
// Whole row tiles of all layouts.
constexpr uint64_t kRowsTogether = 64;

// A tensor of a source, to be read.
struct Side {
  const WeightSource* source;
  const SourceTensor* tensor;

  uint64_t row_bytes() const {
    return RowBytes(tensor->type, tensor->columns()).value_or(0);
  }
  std::vector<uint8_t> Rows(uint64_t first, uint64_t count) const {
    std::vector<uint8_t> rows(count * row_bytes());
    source->ReadRows(*tensor, first, count, rows.data());
    return rows;
  }
};

// Of two tensors of one shape.
class Comparison {
 public:
  Comparison(Side a, Side b, ThreadPool& pool) : a_(a), b_(b), pool_(pool) {
    const uint64_t widest = std::max(a.row_bytes(), b.row_bytes());
    const uint64_t rows = kPieceBytes / std::max<uint64_t>(widest, 1);
    step_ = std::max(rows / kRowsTogether, uint64_t{1}) * kRowsTogether;
    pieces_ = CeilDiv(a.tensor->rows(), step_);
  }

  bool SameBlocks() const;
  // nullopt if a type has no code.
  std::optional<ErrorDescription> Error() const;

 private:
  uint64_t RowsOf(uint64_t piece) const {
    return std::min(step_, a_.tensor->rows() - piece * step_);
  }
  void Add(const Codec& from, const Codec& to, uint64_t piece,
           Distortion* distortion) const;

  const Side a_;
  const Side b_;
  ThreadPool& pool_;
  uint64_t step_ = 0;
  uint64_t pieces_ = 0;
};

bool Comparison::SameBlocks() const {
  const std::string& hash = a_.tensor->rowmajor_xxh128;
  if (!hash.empty() && !b_.tensor->rowmajor_xxh128.empty()) {
    return hash == b_.tensor->rowmajor_xxh128;
  }
  std::atomic<bool> same = true;
  pool_.ParallelFor(static_cast<int64_t>(pieces_), [&](int64_t index) {
    if (!same.load(std::memory_order_relaxed)) return;
    const uint64_t piece = static_cast<uint64_t>(index);
    const uint64_t first = piece * step_;
    const uint64_t count = RowsOf(piece);
    if (a_.Rows(first, count) != b_.Rows(first, count)) same = false;
  });
  return same;
}

void Comparison::Add(const Codec& from, const Codec& to, uint64_t piece,
                     Distortion* distortion) const {
  const uint64_t count = RowsOf(piece);
  const uint64_t columns = a_.tensor->columns();
  const std::vector<uint8_t> a = a_.Rows(piece * step_, count);
  const std::vector<uint8_t> b = b_.Rows(piece * step_, count);
  std::vector<float> original(columns);
  std::vector<float> other(columns);
  const auto elements = static_cast<int64_t>(columns);
  for (uint64_t row = 0; row < count; ++row) {
    from.dequantize_row(a.data() + row * a_.row_bytes(), elements,
                        original.data());
    to.dequantize_row(b.data() + row * b_.row_bytes(), elements, other.data());
    distortion->Add(original.data(), other.data(), elements);
  }
}

std::optional<ErrorDescription> Comparison::Error() const {
  const Codec* from = FindCodec(a_.tensor->type);
  const Codec* to = FindCodec(b_.tensor->type);
  if (from == nullptr || from->dequantize_row == nullptr || to == nullptr ||
      to->dequantize_row == nullptr) {
    return std::nullopt;
  }
  std::vector<Distortion> sums(pieces_);
  pool_.ParallelFor(static_cast<int64_t>(pieces_), [&](int64_t piece) {
    Add(*from, *to, static_cast<uint64_t>(piece), &sums[piece]);
  });
  Distortion all;
  for (const Distortion& sum : sums) all.Merge(sum);
  const QuantizationError error = all.Summary();
  return ErrorDescription{error.rmse(), error.max_abs(), error.snr_db()};
}

class TensorDiffer {
 public:
  TensorDiffer(const WeightSource& a, const WeightSource& b, ThreadPool& pool,
               ModelDiff* diff)
      : a_(a), b_(b), pool_(pool), diff_(*diff) {}

  void Compare(const SourceTensor& a, const SourceTensor& b);

 private:
  const WeightSource& a_;
  const WeightSource& b_;
  ThreadPool& pool_;
  ModelDiff& diff_;
};

void TensorDiffer::Compare(const SourceTensor& a, const SourceTensor& b) {
  const std::string layouts[] = {
      std::string(LayoutOrderName(a.layout.order)),
      std::string(LayoutOrderName(b.layout.order)),
  };
  const Comparison comparison({&a_, &a}, {&b_, &b}, pool_);
  const bool same_shape = a.shape == b.shape;
  const bool same_type = a.type == b.type;
  const bool same_blocks = same_shape && same_type && comparison.SameBlocks();
  TensorDifference difference;
  if (same_shape && !same_blocks) difference.error = comparison.Error();
  const bool same_values =
      !same_type && difference.error.has_value() && difference.error->rmse == 0;
  if (same_blocks || same_values) {
    ++diff_.equal_tensors;
    if (!same_type) {
      ++diff_.other_types[{DTypeName(a.type), DTypeName(b.type)}];
    }
    if (layouts[0] != layouts[1]) {
      ++diff_.other_layouts[{layouts[0], layouts[1]}];
    }
    return;
  }
  difference.name = a.name;
  difference.types = {DTypeName(a.type), DTypeName(b.type)};
  difference.shapes = {a.shape, b.shape};
  difference.layouts = {layouts[0], layouts[1]};
  diff_.tensors.push_back(std::move(difference));
}

uint64_t BytesOf(const WeightSource& source) {
  uint64_t bytes = 0;
  for (const SourceTensor& tensor : source.tensors) bytes += tensor.size;
  return bytes;
}

}  // namespace

void DiffTensors(const WeightSource& a, const WeightSource& b, ThreadPool& pool,
                 bool quiet, ModelDiff* diff) {
  absl::flat_hash_map<absl::string_view, const SourceTensor*> others;
  for (const SourceTensor& tensor : b.tensors) others[tensor.name] = &tensor;
  absl::flat_hash_set<absl::string_view> seen;
  Progress progress("compare", BytesOf(a), quiet);
  TensorDiffer differ(a, b, pool, diff);
  for (const SourceTensor& tensor : a.tensors) {
    seen.insert(tensor.name);
    const auto other = others.find(tensor.name);
    if (other == others.end()) {
      diff->only_in[0].push_back(tensor.name);
    } else {
      a.WillNeed(tensor);
      b.WillNeed(*other->second);
      differ.Compare(tensor, *other->second);
    }
    progress.Advance(tensor.size, tensor.name);
  }
  for (const SourceTensor& tensor : b.tensors) {
    if (!seen.contains(tensor.name)) diff->only_in[1].push_back(tensor.name);
  }
}

}  // namespace tessera
