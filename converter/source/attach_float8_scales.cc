#include "converter/source/attach_float8_scales.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

// Behind the name of a module, for that of its matrix. All say what weights
// are multiplied by, even those that are called inverse: DeepSeek, Qwen;
// compressed-tensors, FBGEMM; ComfyUI; checkpoints of F8_E8M0 scales.
constexpr absl::string_view kScaleNames[] = {"weight_scale_inv", "weight_scale",
                                             "scale_weight", "weight.scale",
                                             "scale"};

// Those that are nothing else.
bool IsNamedAsScale(absl::string_view name) {
  return absl::EndsWith(name, ".weight_scale_inv") ||
         absl::EndsWith(name, ".weight_scale") ||
         absl::EndsWith(name, ".scale_weight") ||
         absl::EndsWith(name, ".weight.scale");
}

// Last parts of the names of what activations or caches are divided by, on
// hardware that computes in 8 bits, and of marks that a file has such.
constexpr absl::string_view kLeftOut[] = {
    "input_scale",  "input_scale_ub", "activation_scale",  "scale_input",
    "output_scale", "k_scale",        "v_scale",           "q_scale",
    "kv_scale",     "prob_scale",     "prob_output_scale", "scaled_fp8"};

absl::string_view LastPart(absl::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

bool IsLeftOut(absl::string_view name) {
  return std::find(std::begin(kLeftOut), std::end(kLeftOut), LastPart(name)) !=
         std::end(kLeftOut);
}

bool IsFloat8(DType type) {
  switch (type) {
    case DType::kF8_E4M3:
    case DType::kF8_E5M2:
    case DType::kF8_E4M3FNUZ:
    case DType::kF8_E5M2FNUZ:
      return true;
    default:
      return false;
  }
}

bool IsScaleType(DType type) {
  return type == DType::kF32 || type == DType::kF16 || type == DType::kBF16 ||
         type == DType::kF8_E8M0;
}

std::string Described(const SourceTensor& tensor) {
  return absl::StrCat(tensor.source_name, " (", DTypeName(tensor.type), " [",
                      absl::StrJoin(tensor.shape, ", "), "])");
}

// Which weights of a matrix share a scale, or nothing if the shape of `scale`
// fits no way of sharing.
std::optional<Float8Scales> ScalesOf(const SourceTensor& weights,
                                     const SourceTensor& scale,
                                     const Float8Layout& layout) {
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
  const bool by_row = shape.size() == 2 && shape[0] == rows && shape[1] > 1;
  scales.block_rows = 1;
  scales.block_columns = columns;
  if (all_ones) {
    scales.block_rows = rows;
  } else if (shape == std::vector<uint64_t>{rows} ||
             shape == std::vector<uint64_t>{rows, 1}) {
    // One per row.
  } else if (shape ==
             std::vector<uint64_t>{CeilDiv(rows, layout.block_rows),
                                   CeilDiv(columns, layout.block_columns)}) {
    scales.block_rows = layout.block_rows;
    scales.block_columns = layout.block_columns;
  } else if (by_row && columns % shape[1] == 0) {
    scales.block_columns = columns / shape[1];
  } else {
    return std::nullopt;
  }
  scales.grid_columns = CeilDiv(columns, scales.block_columns);
  return scales;
}

class ScaleFinder {
 public:
  ScaleFinder(const Float8Layout& layout, WeightSource* source)
      : layout_(layout), source_(*source) {
    for (size_t i = 0; i < source_.tensors.size(); ++i) {
      index_.emplace(source_.tensors[i].source_name, i);
    }
  }

  absl::Status Run();

 private:
  const SourceTensor* Find(const std::string& name) const;
  const SourceTensor* FindScale(const SourceTensor& weights) const;
  absl::Status Attach(const SourceTensor& scale, SourceTensor* weights);
  absl::Status CheckUnscaled() const;
  absl::Status CheckUnusedScales() const;
  std::string PathOf(const SourceTensor& tensor) const {
    return source_.files[tensor.parts[0].file].path();
  }
  void LeaveOut();

  const Float8Layout layout_;
  WeightSource& source_;
  absl::flat_hash_map<std::string, size_t> index_;
  absl::flat_hash_set<std::string> used_;  // names of scales
  uint64_t scaled_ = 0;
};

const SourceTensor* ScaleFinder::Find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &source_.tensors[found->second];
}

const SourceTensor* ScaleFinder::FindScale(const SourceTensor& weights) const {
  absl::string_view module = weights.source_name;
  if (absl::ConsumeSuffix(&module, "weight")) {
    for (const absl::string_view name : kScaleNames) {
      const SourceTensor* scale = Find(absl::StrCat(module, name));
      if (scale != nullptr) return scale;
    }
    return nullptr;
  }
  for (const absl::string_view end : {"_scale_inv", "_scale"}) {
    const SourceTensor* scale = Find(absl::StrCat(module, end));
    if (scale != nullptr) return scale;
  }
  return nullptr;
}

absl::Status ScaleFinder::Attach(const SourceTensor& scale,
                                 SourceTensor* weights) {
  if (FindCodec(weights->type) == nullptr) {
    return absl::UnimplementedError(absl::StrCat(
        PathOf(*weights), ": ", Described(*weights), " cannot be decoded"));
  }
  weights->scales = ScalesOf(*weights, scale, layout_);
  if (!weights->scales.has_value()) {
    return absl::DataLossError(absl::StrCat(
        PathOf(scale), ": ", Described(scale), " does not fit ",
        Described(*weights),
        "; expected F32, F16, BF16 or F8_E8M0, one scale, one per row or group "
        "of a row, or one per ",
        layout_.block_rows, " x ", layout_.block_columns, " weights"));
  }
  weights->type = DType::kBF16;
  used_.insert(scale.source_name);
  ++scaled_;
  return absl::OkStatus();
}

// With the scale that it lacks, a matrix would have other values.
absl::Status ScaleFinder::CheckUnscaled() const {
  uint64_t count = 0;
  const SourceTensor* first = nullptr;
  for (const SourceTensor& tensor : source_.tensors) {
    if (!IsFloat8(tensor.type) || IsLeftOut(tensor.source_name) ||
        IsNamedAsScale(tensor.source_name) || tensor.size == 0) {
      continue;
    }
    if (count++ == 0) first = &tensor;
  }
  const bool any_scale =
      scaled_ > 0 || std::any_of(source_.tensors.begin(), source_.tensors.end(),
                                 [](const SourceTensor& tensor) {
                                   return absl::StrContains(
                                       LastPart(tensor.source_name), "scale");
                                 });
  if (count == 0) return absl::OkStatus();
  if (!layout_.quantized && !any_scale) {
    source_.notes.push_back(absl::StrCat(
        count, " F8 tensors have no scales, and are taken as they are"));
    return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat(PathOf(*first), ": ", Described(*first), " has no scale (",
                   absl::StrJoin(kScaleNames, ", "), "), but ",
                   layout_.quantized ? "config.json has a quantization_config"
                                     : "other tensors have one",
                   "; ", count,
                   " such tensors: the checkpoint is not complete, or its "
                   "scales have names that are not known"));
}

absl::Status ScaleFinder::CheckUnusedScales() const {
  for (const SourceTensor& tensor : source_.tensors) {
    if (!IsNamedAsScale(tensor.source_name) ||
        used_.contains(tensor.source_name)) {
      continue;
    }
    absl::string_view module = tensor.source_name;
    for (const absl::string_view name : kScaleNames) {
      if (absl::ConsumeSuffix(&module, name)) break;
    }
    const SourceTensor* weights = Find(absl::StrCat(module, "weight"));
    // What is packed otherwise has been found to be no F8 by its configuration.
    if (weights == nullptr && layout_.quantized) continue;
    if (weights == nullptr) {
      return absl::DataLossError(absl::StrCat(
          PathOf(tensor), ": ", Described(tensor), " is the scale of ", module,
          "weight, which is missing"));
    }
    return absl::UnimplementedError(absl::StrCat(
        PathOf(tensor), ": ", Described(tensor), " is the scale of ",
        Described(*weights), ", and only F8 weights are read with scales"));
  }
  return absl::OkStatus();
}

void ScaleFinder::LeaveOut() {
  std::map<std::string, uint64_t> left_out;
  auto& tensors = source_.tensors;
  tensors.erase(std::remove_if(tensors.begin(), tensors.end(),
                               [&](const SourceTensor& tensor) {
                                 const std::string& name = tensor.source_name;
                                 if (used_.contains(name)) return true;
                                 if (!IsLeftOut(name)) return false;
                                 ++left_out[std::string(LastPart(name))];
                                 return true;
                               }),
                tensors.end());
  if (scaled_ > 0) {
    source_.notes.push_back(absl::StrCat(
        scaled_,
        " F8 tensors are multiplied by their scales and read as BF16"));
  }
  if (left_out.empty()) return;
  std::vector<std::string> parts;
  for (const auto& [name, count] : left_out) {
    parts.push_back(absl::StrCat(count, " of ", name));
  }
  source_.notes.push_back(
      absl::StrCat("scales of activations and caches are left out: tensors: ",
                   absl::StrJoin(parts, ", ")));
}

absl::Status ScaleFinder::Run() {
  for (SourceTensor& tensor : source_.tensors) {
    if (!IsFloat8(tensor.type)) continue;
    const SourceTensor* scale = FindScale(tensor);
    if (scale == nullptr) continue;
    TESSERA_RETURN_IF_ERROR(Attach(*scale, &tensor));
  }
  TESSERA_RETURN_IF_ERROR(CheckUnscaled());
  TESSERA_RETURN_IF_ERROR(CheckUnusedScales());
  LeaveOut();
  return absl::OkStatus();
}

}  // namespace

absl::Status AttachFloat8Scales(const Float8Layout& layout,
                                WeightSource* source) {
  return ScaleFinder(layout, source).Run();
}

}  // namespace tessera
