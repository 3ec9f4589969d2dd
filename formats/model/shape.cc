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

// Heads that the norm of a role is for; 0 for other roles.
uint64_t NormedHeads(TensorRole role, const ModelConfig& model) {
  if (role == TensorRole::kAttentionQueryNorm) {
    return model.num_attention_heads();
  }
  if (role == TensorRole::kAttentionKeyNorm) {
    return model.num_key_value_heads();
  }
  return 0;
}

using Shape = std::optional<std::vector<uint64_t>>;

// Of queries or keys. A bias has the shape of its weight.
Shape HeadNormShape(uint64_t heads, QueryKeyNorm kind,
                    const ModelConfig& model) {
  const std::optional<uint64_t> rows = HeadRows(heads, model);
  if (!rows.has_value()) return std::nullopt;
  switch (kind) {
    case QueryKeyNorm::kHead:
      return std::vector<uint64_t>{model.head_dim()};
    case QueryKeyNorm::kEachHead:
      return std::vector<uint64_t>{heads, model.head_dim()};
    case QueryKeyNorm::kAllHeads:
      return std::vector<uint64_t>{*rows};
  }
  return std::nullopt;
}

}  // namespace

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

std::optional<std::vector<uint64_t>> ShapeOf(TensorRole role, TensorPart part,
                                             const ModelConfig& model) {
  const TensorRoleInfo& info = InfoOf(role);
  const Architecture* architecture = FindArchitecture(model.model_type());
  const uint64_t heads = NormedHeads(role, model);
  if (heads != 0 && architecture != nullptr) {
    return HeadNormShape(heads, architecture->query_key_norm, model);
  }
  const std::optional<uint64_t> columns = SizeOf(info.columns, model);
  if (info.rows == Dimension::kNone) {
    if (!columns.has_value()) return std::nullopt;
    return std::vector<uint64_t>{*columns};
  }
  std::optional<uint64_t> rows = SizeOf(info.rows, model);
  if (role == TensorRole::kUp && architecture != nullptr &&
      architecture->gate_is_in_up && rows.has_value()) {
    rows = CheckedMul(2, *rows);
  }
  if (!rows.has_value()) return std::nullopt;
  std::vector<uint64_t> shape;
  if (IsExperts(role)) shape.push_back(model.num_experts());
  shape.push_back(*rows);
  if (part == TensorPart::kBias) return shape;
  if (!columns.has_value()) return std::nullopt;
  shape.push_back(*columns);
  return shape;
}

}  // namespace tessera
