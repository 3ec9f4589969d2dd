#include "formats/model/shape.h"

#include "base/checked_math.h"

namespace tessera {
namespace {

std::optional<uint64_t> HeadRows(uint64_t heads, const ModelConfig& model) {
  return CheckedMul(heads, model.head_dim());
}

bool IsExperts(TensorRole role) {
  return role == TensorRole::kExpertGate || role == TensorRole::kExpertUp ||
         role == TensorRole::kExpertDown;
}

bool IsHeadNorm(TensorRole role) {
  return role == TensorRole::kAttentionQueryNorm ||
         role == TensorRole::kAttentionKeyNorm;
}

// Of queries or keys. A bias has the shape of its weight.
std::vector<ShapeDimension> HeadNormDimensions(bool of_queries,
                                               QueryKeyNorm kind) {
  switch (kind) {
    case QueryKeyNorm::kHead:
      break;
    case QueryKeyNorm::kEachHead:
      return {{of_queries ? Dimension::kHeads : Dimension::kKeyValueHeads},
              {Dimension::kHeadDim}};
    case QueryKeyNorm::kAllHeads:
      return {{of_queries ? Dimension::kQuery : Dimension::kKeyValue}};
  }
  return {{Dimension::kHeadDim}};
}

// Heads of latent attention are made of parts, whose sizes no field has.
Dimension Known(Dimension dimension, const Architecture* architecture) {
  if (architecture == nullptr ||
      architecture->mixer != MixerKind::kLatentAttention) {
    return dimension;
  }
  const bool of_heads =
      dimension == Dimension::kQuery || dimension == Dimension::kKeyValue;
  return of_heads ? Dimension::kUnknown : dimension;
}

}  // namespace

std::vector<ShapeDimension> DimensionsOf(TensorRole role, TensorPart part,
                                         const Architecture* architecture) {
  const TensorRoleInfo& info = InfoOf(role);
  if (IsHeadNorm(role) && architecture != nullptr) {
    return HeadNormDimensions(role == TensorRole::kAttentionQueryNorm,
                              architecture->query_key_norm);
  }
  if (info.rows == Dimension::kNone) return {{info.columns}};
  const bool has_gate = role == TensorRole::kUp && architecture != nullptr &&
                        architecture->gate_is_in_up;
  std::vector<ShapeDimension> dimensions;
  if (IsExperts(role)) dimensions.push_back({Dimension::kExperts});
  dimensions.push_back({Known(info.rows, architecture), has_gate ? 2u : 1u});
  if (part == TensorPart::kWeight) {
    dimensions.push_back({Known(info.columns, architecture)});
  }
  return dimensions;
}

std::optional<uint64_t> SizeOf(Dimension dimension, const ModelConfig& model) {
  switch (dimension) {
    case Dimension::kNone:
    case Dimension::kUnknown:
      return std::nullopt;
    case Dimension::kHidden:
      return model.hidden_size();
    case Dimension::kVocabulary:
      return model.vocab_size();
    case Dimension::kPositions:
      return model.max_position_embeddings();
    case Dimension::kQuery:
      return HeadRows(model.num_attention_heads(), model);
    case Dimension::kKeyValue:
      return HeadRows(model.num_key_value_heads(), model);
    case Dimension::kQueryKeyValue: {
      const auto heads =
          CheckedAdd(model.num_attention_heads(), model.num_key_value_heads());
      const auto all =
          heads ? CheckedAdd(*heads, model.num_key_value_heads()) : heads;
      return all ? HeadRows(*all, model) : std::nullopt;
    }
    case Dimension::kHeadDim:
      return model.head_dim();
    case Dimension::kHeads:
      return model.num_attention_heads();
    case Dimension::kKeyValueHeads:
      return model.num_key_value_heads();
    case Dimension::kRopePairs:
      return model.rope_dimension_count() / 2;
    case Dimension::kInner:
      return model.intermediate_size();
    case Dimension::kExperts:
      return model.num_experts();
    case Dimension::kExpertInner:
      return model.moe_intermediate_size();
  }
  return std::nullopt;
}

std::optional<uint64_t> SizeOf(const ShapeDimension& dimension,
                               const ModelConfig& model) {
  const std::optional<uint64_t> size = SizeOf(dimension.dimension, model);
  return size ? CheckedMul(dimension.times, *size) : size;
}

std::optional<std::vector<uint64_t>> ShapeOf(TensorRole role, TensorPart part,
                                             const ModelConfig& model) {
  std::vector<uint64_t> shape;
  for (const ShapeDimension& dimension :
       DimensionsOf(role, part, FindArchitecture(model.model_type()))) {
    const std::optional<uint64_t> size = SizeOf(dimension, model);
    if (!size.has_value()) return std::nullopt;
    shape.push_back(*size);
  }
  return shape;
}

}  // namespace tessera
