#include "converter/quantize/mix_rules.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "formats/model/tensor_name.h"

namespace tessera {
namespace {

using Kind = Mix::Kind;

constexpr Mix kMixes[] = {
    {"F32", DType::kF32, Kind::kPlain},
    {"F16", DType::kF16, Kind::kPlain},
    {"BF16", DType::kBF16, Kind::kPlain},
    {"Q8_0", DType::kQ8_0, Kind::kPlain},
    {"INT8", DType::kINT8, Kind::kPlain},
    {"Q4_0", DType::kQ4_0, Kind::kPlain},
    {"Q4_1", DType::kQ4_1, Kind::kPlain},
    {"Q5_0", DType::kQ5_0, Kind::kPlain},
    {"Q5_1", DType::kQ5_1, Kind::kPlain},
    {"Q6_K", DType::kQ6_K, Kind::kPlain},
    {"Q4_K_S", DType::kQ4_K, Kind::kSmall},
    {"Q4_K_M", DType::kQ4_K, Kind::kMedium},
    {"Q5_K_S", DType::kQ5_K, Kind::kSmall},
    {"Q5_K_M", DType::kQ5_K, Kind::kMedium},
    {"IQ4_NL", DType::kIQ4_NL, Kind::kPlain},
};

constexpr absl::string_view kFalcon = "falcon";

// The first and last eighth of the layers, and every third between.
bool UseMoreBits(uint64_t position, uint64_t count) {
  return position < count / 8 || position >= 7 * count / 8 ||
         (position - count / 8) % 3 == 2;
}

DType SmallerBlocks(DType type) {
  switch (type) {
    case DType::kIQ4_XS:
      return DType::kIQ4_NL;
    case DType::kQ2_K:
    case DType::kQ3_K:
    case DType::kTQ1_0:
    case DType::kTQ2_0:
      return DType::kQ4_0;
    case DType::kQ4_K:
      return DType::kQ5_0;
    case DType::kQ5_K:
      return DType::kQ5_1;
    case DType::kQ6_K:
      return DType::kQ8_0;
    default:
      return DType::kF16;
  }
}

}  // namespace

absl::Span<const Mix> AllMixes() { return kMixes; }

const Mix* FindMix(absl::string_view name) {
  // As llama-quantize has them.
  if (absl::EqualsIgnoreCase(name, "Q4_K")) name = "Q4_K_M";
  if (absl::EqualsIgnoreCase(name, "Q5_K")) name = "Q5_K_M";
  const auto* found = std::find_if(
      std::begin(kMixes), std::end(kMixes), [name](const Mix& mix) {
        return absl::EqualsIgnoreCase(mix.name, name);
      });
  return found == std::end(kMixes) ? nullptr : found;
}

DType FitToRow(DType type, uint64_t columns) {
  if (RowBytes(type, columns).has_value()) return type;
  type = SmallerBlocks(type);
  return RowBytes(type, columns).has_value() ? type : DType::kF16;
}

DType MixRules::Next(absl::string_view name) {
  const MixClass mix_class = MixClassOf(name);
  const bool eight_experts = context_.model.experts == 8;
  const bool small_base =
      mix_.base == DType::kQ4_K || mix_.base == DType::kIQ4_NL;
  if (mix_class == MixClass::kOutput ||
      (mix_class == MixClass::kEmbedding && context_.tied_embeddings)) {
    return ForOutput();
  }
  if (IsValueClass(mix_class)) return ForValue(values_++);
  switch (mix_class) {
    case MixClass::kAttentionKey:
      return eight_experts ? DType::kQ8_0 : mix_.base;
    case MixClass::kFfnDown: {
      const uint64_t position = ffn_downs_++;
      // Experts need not come in the order of the layers.
      return ForFfnDown(context_.model.experts > 1
                            ? LayerOf(name).value_or(position)
                            : position);
    }
    case MixClass::kAttentionOutput:
      return eight_experts && small_base &&
                     context_.model.architecture != kFalcon
                 ? DType::kQ5_K
                 : mix_.base;
    default:
      return mix_.base;
  }
}

// Where a row does not hold Q6_K, FitToRow gives Q8_0, as llama-quantize does.
DType MixRules::ForOutput() const {
  return context_.model.architecture == kFalcon || mix_.base == DType::kQ8_0
             ? DType::kQ8_0
             : DType::kQ6_K;
}

DType MixRules::ForValue(uint64_t position) const {
  if (context_.model.experts == 8) return DType::kQ8_0;
  DType type = mix_.base;
  switch (mix_.kind) {
    case Kind::kMedium:
      if (UseMoreBits(position, context_.value_tensors)) type = DType::kQ6_K;
      break;
    case Kind::kSmall:
      if (type == DType::kQ4_K && position < 4) type = DType::kQ5_K;
      break;
    case Kind::kPlain:
      if (type == DType::kIQ4_NL && context_.model.heads_per_kv_head >= 4) {
        type = DType::kQ5_K;
      }
      break;
  }
  return type == DType::kQ4_K && IsBig70B() ? DType::kQ5_K : type;
}

DType MixRules::ForFfnDown(uint64_t layer) const {
  const uint64_t layers = context_.model.layers;
  const bool falcon = context_.model.architecture == kFalcon;
  const bool early = layer < layers / 8;
  switch (mix_.base) {
    case DType::kQ4_K:
      if (mix_.kind == Kind::kSmall) {
        return early && !falcon ? DType::kQ5_K : mix_.base;
      }
      if (falcon && layer >= layers / 16) {
        return UseMoreBits(layer, layers) ? DType::kQ5_K : mix_.base;
      }
      return falcon || UseMoreBits(layer, layers) ? DType::kQ6_K : mix_.base;
    case DType::kQ5_K:
      return mix_.kind == Kind::kMedium && UseMoreBits(layer, layers)
                 ? DType::kQ6_K
                 : mix_.base;
    case DType::kIQ4_NL:
      return early && !context_.has_importance ? DType::kQ5_K : mix_.base;
    // An importance matrix may make a scale without a minimum go wrong here.
    case DType::kQ4_0:
      return early && context_.has_importance ? DType::kQ4_1 : mix_.base;
    case DType::kQ5_0:
      return early && context_.has_importance ? DType::kQ5_1 : mix_.base;
    default:
      return mix_.base;
  }
}

// Models whose values are so small that llama-quantize spends more bits on
// them; it goes by the names of their sizes.
bool MixRules::IsBig70B() const {
  const absl::string_view architecture = context_.model.architecture;
  if (architecture == "jais2") return context_.model.layers == 68;
  if (context_.model.layers != 80) return false;
  return architecture == "qwen2" || architecture == "deci" ||
         architecture == "olmo" ||
         (architecture == "llama" && context_.model.heads_per_kv_head != 1);
}

}  // namespace tessera
