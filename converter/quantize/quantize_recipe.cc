#include "converter/quantize/quantize_recipe.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

struct Mix {
  absl::string_view name;
  DType base;
  bool medium;
  bool small;
};

constexpr Mix kMixes[] = {
    {"F32", DType::kF32, false, false},
    {"F16", DType::kF16, false, false},
    {"BF16", DType::kBF16, false, false},
    {"Q8_0", DType::kQ8_0, false, false},
    {"INT8", DType::kINT8, false, false},
    {"Q4_0", DType::kQ4_0, false, false},
    {"Q4_1", DType::kQ4_1, false, false},
    {"Q5_0", DType::kQ5_0, false, false},
    {"Q5_1", DType::kQ5_1, false, false},
    {"Q6_K", DType::kQ6_K, false, false},
    {"Q4_K_S", DType::kQ4_K, false, true},
    {"Q4_K_M", DType::kQ4_K, true, false},
    {"Q5_K_S", DType::kQ5_K, false, false},
    {"Q5_K_M", DType::kQ5_K, true, false},
    {"IQ4_NL", DType::kIQ4_NL, false, false},
};

bool IsFloat(DType type) {
  switch (type) {
    case DType::kF64:
    case DType::kF32:
    case DType::kF16:
    case DType::kBF16:
      return true;
    default:
      return false;
  }
}

bool IsInteger(DType type) {
  switch (type) {
    case DType::kI8:
    case DType::kI16:
    case DType::kI32:
    case DType::kI64:
    case DType::kU8:
    case DType::kU16:
    case DType::kU32:
    case DType::kU64:
    case DType::kBOOL:
      return true;
    default:
      return false;
  }
}

// The block number in "blk.N.", if there is one.
std::optional<uint64_t> BlockOf(absl::string_view name) {
  uint64_t block;
  if (!absl::ConsumePrefix(&name, "blk.")) return std::nullopt;
  if (!absl::SimpleAtoi(name.substr(0, name.find('.')), &block)) {
    return std::nullopt;
  }
  return block;
}

// llama-quantize's choice of the layers that get more bits: the first and last
// eighth, and every third between.
bool UseMoreBits(uint64_t layer, uint64_t layers) {
  return layer < layers / 8 || layer >= 7 * layers / 8 ||
         (layer - layers / 8) % 3 == 2;
}

// The nearest type whose block divides a row of `columns`.
DType FitToRow(DType type, uint64_t columns) {
  if (RowBytes(type, columns).has_value()) return type;
  switch (type) {
    case DType::kQ4_K:
      type = DType::kQ5_0;
      break;
    case DType::kQ5_K:
      type = DType::kQ5_1;
      break;
    case DType::kQ6_K:
      type = DType::kQ8_0;
      break;
    default:
      break;
  }
  return RowBytes(type, columns).has_value() ? type : DType::kF16;
}

bool IsQuantizable(const TensorSummary& tensor) {
  return tensor.shape.size() >= 2 && !IsInteger(tensor.type) &&
         absl::EndsWith(tensor.name, "weight") &&
         !absl::EndsWith(tensor.name, "_norm.weight") &&
         !absl::EndsWith(tensor.name, "ffn_gate_inp.weight");
}

}  // namespace

absl::StatusOr<QuantizeRecipe> QuantizeRecipe::Parse(absl::string_view name) {
  QuantizeRecipe recipe;
  recipe.name_ = std::string(name);
  if (name == "keep") {
    recipe.keep_ = true;
    return recipe;
  }
  for (const Mix& mix : kMixes) {
    if (name == mix.name) {
      recipe.base_ = mix.base;
      recipe.medium_ = mix.medium;
      recipe.small_ = mix.small;
      return recipe;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--quantize: no such type: ", name, "; known are ",
                   absl::StrJoin(Names(), " ")));
}

std::vector<std::string> QuantizeRecipe::Names() {
  std::vector<std::string> names = {"keep"};
  for (const Mix& mix : kMixes) names.emplace_back(mix.name);
  return names;
}

DType QuantizeRecipe::TypeFor(const TensorSummary& tensor,
                              const ModelSummary& model) const {
  const bool vector = tensor.shape.size() < 2;
  if (vector || absl::EndsWith(tensor.name, "_norm.weight")) {
    return IsFloat(tensor.type) ? DType::kF32 : tensor.type;
  }
  if (keep_ || !IsQuantizable(tensor)) return tensor.type;
  const uint64_t columns = tensor.shape.back();
  if (IsFloat(base_) || base_ == DType::kINT8) return base_;

  const bool output =
      tensor.name == "output.weight" ||
      (tensor.name == "token_embd.weight" && model.tied_embeddings);
  if (output) {
    return base_ == DType::kQ8_0 ? base_ : FitToRow(DType::kQ6_K, columns);
  }
  const std::optional<uint64_t> layer = BlockOf(tensor.name);
  DType type = base_;
  const bool value = absl::EndsWith(tensor.name, ".attn_v.weight");
  if (layer.has_value() &&
      (value || absl::EndsWith(tensor.name, ".ffn_down.weight"))) {
    if (medium_ && UseMoreBits(*layer, model.layers)) type = DType::kQ6_K;
    if (small_ && *layer < (value ? 4 : model.layers / 8)) type = DType::kQ5_K;
  }
  return FitToRow(type, columns);
}

}  // namespace tessera
