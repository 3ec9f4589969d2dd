#include "converter/source/attach_float8_scales.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/checked_math.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

bool IsFloat8(DType type) {
  return type == DType::kF8_E4M3 || type == DType::kF8_E5M2;
}

bool IsScaleType(DType type) {
  return type == DType::kF32 || type == DType::kF16 || type == DType::kBF16;
}

std::string Described(const SourceTensor& tensor) {
  return absl::StrCat(tensor.source_name, " (", DTypeName(tensor.type), " [",
                      absl::StrJoin(tensor.shape, ", "), "])");
}

// Which weights of a matrix share a scale, or nothing if the shape of `scale`
// fits no way of sharing.
std::optional<Float8Scales> ScalesOf(const SourceTensor& weights,
                                     const SourceTensor& scale,
                                     uint64_t block_rows,
                                     uint64_t block_columns) {
  const uint64_t rows = weights.rows_per_matrix();
  const uint64_t columns = weights.columns();
  if (weights.shape.size() != 2 || rows == 0 || columns == 0 ||
      !IsScaleType(scale.type)) {
    return std::nullopt;
  }
  Float8Scales scales;
  scales.weight_type = weights.type;
  scales.type = scale.type;
  scales.parts = scale.parts;
  const std::vector<uint64_t>& shape = scale.shape;
  const bool all_ones = std::all_of(shape.begin(), shape.end(),
                                    [](uint64_t size) { return size == 1; });
  if (all_ones) {
    scales.block_rows = rows;
    scales.block_columns = columns;
  } else if (shape == std::vector<uint64_t>{rows} ||
             shape == std::vector<uint64_t>{rows, 1}) {
    scales.block_rows = 1;
    scales.block_columns = columns;
  } else if (shape == std::vector<uint64_t>{CeilDiv(rows, block_rows),
                                            CeilDiv(columns, block_columns)}) {
    scales.block_rows = block_rows;
    scales.block_columns = block_columns;
  } else {
    return std::nullopt;
  }
  scales.grid_columns = CeilDiv(columns, scales.block_columns);
  return scales;
}

class ScaleFinder {
 public:
  ScaleFinder(uint64_t block_rows, uint64_t block_columns, WeightSource* source)
      : block_rows_(block_rows),
        block_columns_(block_columns),
        source_(*source) {
    for (size_t i = 0; i < source_.tensors.size(); ++i) {
      index_.emplace(source_.tensors[i].source_name, i);
    }
  }

  absl::Status Run();

 private:
  const SourceTensor* FindScale(const std::string& weights) const;
  absl::Status Attach(const SourceTensor& scale, SourceTensor* weights);

  const uint64_t block_rows_;
  const uint64_t block_columns_;
  WeightSource& source_;
  absl::flat_hash_map<std::string, size_t> index_;
  absl::flat_hash_set<std::string> used_;
};

const SourceTensor* ScaleFinder::FindScale(const std::string& weights) const {
  for (absl::string_view suffix : {"_scale_inv", "_scale"}) {
    const auto found = index_.find(absl::StrCat(weights, suffix));
    if (found != index_.end()) return &source_.tensors[found->second];
  }
  return nullptr;
}

absl::Status ScaleFinder::Attach(const SourceTensor& scale,
                                 SourceTensor* weights) {
  weights->scales = ScalesOf(*weights, scale, block_rows_, block_columns_);
  if (!weights->scales.has_value()) {
    return absl::DataLossError(absl::StrCat(
        source_.files[scale.parts[0].file].path(), ": ", Described(scale),
        " does not fit ", Described(*weights),
        "; expected F32, F16 or BF16, one scale, one per row, or one per ",
        block_rows_, " x ", block_columns_, " weights"));
  }
  weights->type = DType::kBF16;
  used_.insert(scale.source_name);
  // What the activations were divided by is for integer hardware.
  const absl::string_view module =
      absl::StripSuffix(weights->source_name, "weight");
  used_.insert(absl::StrCat(module, "input_scale"));
  used_.insert(absl::StrCat(module, "activation_scale"));
  return absl::OkStatus();
}

absl::Status ScaleFinder::Run() {
  uint64_t scaled = 0;
  for (SourceTensor& tensor : source_.tensors) {
    if (!IsFloat8(tensor.type)) continue;
    const SourceTensor* scale = FindScale(tensor.source_name);
    if (scale == nullptr) continue;
    TESSERA_RETURN_IF_ERROR(Attach(*scale, &tensor));
    ++scaled;
  }
  if (scaled == 0) return absl::OkStatus();
  source_.notes.push_back(absl::StrCat(
      scaled, " F8 tensors are multiplied by their scales and read as BF16"));
  auto& tensors = source_.tensors;
  tensors.erase(std::remove_if(tensors.begin(), tensors.end(),
                               [this](const SourceTensor& tensor) {
                                 return used_.contains(tensor.source_name);
                               }),
                tensors.end());
  return absl::OkStatus();
}

}  // namespace

absl::Status AttachFloat8Scales(uint64_t block_rows, uint64_t block_columns,
                                WeightSource* source) {
  return ScaleFinder(block_rows, block_columns, source).Run();
}

}  // namespace tessera
