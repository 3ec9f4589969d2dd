#include "formats/model/shape_text.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/counted.h"

namespace tessera {
namespace {

// Why a dimension has its size.
std::string Reason(Dimension dimension, const ModelConfig& model,
                   ConfigFieldName name) {
  const auto field = [&](absl::string_view field, uint64_t value) {
    return absl::StrCat(name(field), " ", value);
  };
  const auto heads = [&] {
    return field("num_attention_heads", model.num_attention_heads());
  };
  const auto kv_heads = [&] {
    return field("num_key_value_heads", model.num_key_value_heads());
  };
  const auto head_dim = [&] { return field("head_dim", model.head_dim()); };
  switch (dimension) {
    case Dimension::kNone:
    case Dimension::kUnknown:
      return "any";
    case Dimension::kHidden:
      return field("hidden_size", model.hidden_size());
    case Dimension::kVocabulary:
      return field("vocab_size", model.vocab_size());
    case Dimension::kPositions:
      return field("max_position_embeddings", model.max_position_embeddings());
    case Dimension::kQuery:
      return absl::StrCat(heads(), " x ", head_dim());
    case Dimension::kKeyValue:
      return absl::StrCat(kv_heads(), " x ", head_dim());
    case Dimension::kQueryKeyValue:
      return absl::StrCat("(", heads(), " + 2 x ", kv_heads(), ") x ",
                          head_dim());
    case Dimension::kHeadDim:
      return head_dim();
    case Dimension::kHeads:
      return heads();
    case Dimension::kKeyValueHeads:
      return kv_heads();
    case Dimension::kRopePairs:
      return absl::StrCat(
          field("rope_dimension_count", model.rope_dimension_count()), " / 2");
    case Dimension::kInner:
      return field("intermediate_size", model.intermediate_size());
    case Dimension::kExperts:
      return field("num_experts", model.num_experts());
    case Dimension::kExpertInner:
      return field("moe_intermediate_size", model.moe_intermediate_size());
  }
  return "any";
}

}  // namespace

std::string ShapeText(absl::Span<const uint64_t> shape) {
  constexpr size_t kMost = 8;
  return absl::StrCat("[", absl::StrJoin(shape.subspan(0, kMost), ", "),
                      shape.size() > kMost ? ", ...]" : "]");
}

std::string ExpectedShapeText(absl::Span<const ShapeDimension> dimensions,
                              const ModelConfig& model, ConfigFieldName name,
                              std::optional<uint64_t> experts) {
  std::vector<std::string> sizes;
  std::vector<std::string> reasons;
  for (const ShapeDimension& dimension : dimensions) {
    const bool of_experts = dimension.dimension == Dimension::kExperts;
    const std::optional<uint64_t> size =
        of_experts ? experts : SizeOf(dimension, model);
    const bool known = size.value_or(0) != 0;
    sizes.push_back(known ? absl::StrCat(*size) : "?");
    const std::string times =
        dimension.times == 1 ? "" : absl::StrCat(dimension.times, " x ");
    if (of_experts && known && size != model.num_experts()) {
      reasons.push_back(
          absl::StrCat(Counted(*size, "row"), " of the layer's router"));
      continue;
    }
    reasons.push_back(
        known ? absl::StrCat(times, Reason(dimension.dimension, model, name))
              : "any");
  }
  return absl::StrCat("[", absl::StrJoin(sizes, ", "), "] (",
                      absl::StrJoin(reasons, " by "), ")");
}

}  // namespace tessera
