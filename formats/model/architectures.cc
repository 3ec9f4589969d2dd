// The architectures that are described: tables without code. docs/models.md
// explains them.
#include "formats/model/architecture.h"

namespace tessera {
namespace {

using Role = TensorRole;
constexpr TensorPart kWeight = TensorPart::kWeight;
constexpr TensorPart kBias = TensorPart::kBias;
constexpr bool kOptional = true;

// ---- tensors, in the parts that models are built of ----

constexpr TensorSpec kEmbeddings[] = {
    {Role::kTokenEmbedding},
    {Role::kOutputNorm},
    {Role::kOutput, kWeight, kOptional},  // else the embedding
};
constexpr TensorSpec kRopeFactors[] = {
    {Role::kRopeFactors, kWeight, kOptional}};

constexpr TensorSpec kAttention[] = {
    {Role::kAttentionNorm},  //
    {Role::kAttentionQuery}, {Role::kAttentionKey},
    {Role::kAttentionValue}, {Role::kAttentionOutput},
};
constexpr TensorSpec kQkvBiases[] = {
    {Role::kAttentionQuery, kBias, kOptional},
    {Role::kAttentionKey, kBias, kOptional},
    {Role::kAttentionValue, kBias, kOptional},
};
constexpr TensorSpec kQueryKeyNorms[] = {
    {Role::kAttentionQueryNorm},
    {Role::kAttentionKeyNorm},
};
constexpr TensorSpec kLatentAttention[] = {
    {Role::kAttentionNorm},
    {Role::kAttentionQuery, kWeight, kOptional},  // or the next three
    {Role::kLatentQueryDown, kWeight, kOptional},
    {Role::kLatentQueryNorm, kWeight, kOptional},
    {Role::kLatentQueryUp, kWeight, kOptional},
    {Role::kLatentKeyValueDown},
    {Role::kLatentKeyValueNorm},
    {Role::kLatentKeyValueUp},
    {Role::kAttentionOutput},
};

constexpr TensorSpec kGated[] = {
    {Role::kFeedForwardNorm},
    {Role::kGate},
    {Role::kUp},
    {Role::kDown},
};
constexpr TensorSpec kExperts[] = {
    {Role::kFeedForwardNorm}, {Role::kRouter},     {Role::kExpertGate},
    {Role::kExpertUp},        {Role::kExpertDown},
};
constexpr TensorSpec kSharedExpert[] = {
    {Role::kSharedGate},
    {Role::kSharedUp},
    {Role::kSharedDown},
};
constexpr TensorSpec kSharedRouter[] = {{Role::kSharedRouter}};
// Some layers have these, some have kGated's.
constexpr TensorSpec kSomeExperts[] = {
    {Role::kFeedForwardNorm},
    {Role::kGate, kWeight, kOptional},
    {Role::kUp, kWeight, kOptional},
    {Role::kDown, kWeight, kOptional},
    {Role::kRouter, kWeight, kOptional},
    {Role::kRouterCorrection, kBias, kOptional},
    {Role::kExpertGate, kWeight, kOptional},
    {Role::kExpertUp, kWeight, kOptional},
    {Role::kExpertDown, kWeight, kOptional},
    {Role::kSharedGate, kWeight, kOptional},
    {Role::kSharedUp, kWeight, kOptional},
    {Role::kSharedDown, kWeight, kOptional},
};

constexpr TensorSpec kPostNorms[] = {
    {Role::kPostAttentionNorm},
    {Role::kPostFeedForwardNorm},
};

// ---- Hugging Face's names ----

constexpr HuggingFaceName kMixtralNames[] = {
    {"block_sparse_moe.gate", Role::kRouter},
    {"block_sparse_moe.experts.*.w1", Role::kExpertGate},
    {"block_sparse_moe.experts.*.w2", Role::kExpertDown},
    {"block_sparse_moe.experts.*.w3", Role::kExpertUp},
};
constexpr HuggingFaceName kExpertNames[] = {
    {"mlp.experts.*.gate_proj", Role::kExpertGate},
    {"mlp.experts.*.up_proj", Role::kExpertUp},
    {"mlp.experts.*.down_proj", Role::kExpertDown},
};
constexpr HuggingFaceName kDeepSeekNames[] = {
    {"mlp.experts.*.gate_proj", Role::kExpertGate},
    {"mlp.experts.*.up_proj", Role::kExpertUp},
    {"mlp.experts.*.down_proj", Role::kExpertDown},
    {"mlp.shared_experts.gate_proj", Role::kSharedGate},
    {"mlp.shared_experts.up_proj", Role::kSharedUp},
    {"mlp.shared_experts.down_proj", Role::kSharedDown},
    {"mlp.gate.e_score_correction_bias", Role::kRouterCorrection, kBias},
};
// What other models call so is the norm before the feed-forward.
constexpr HuggingFaceName kGemmaNames[] = {
    {"post_attention_layernorm", Role::kPostAttentionNorm},
    {"pre_feedforward_layernorm", Role::kFeedForwardNorm},
};

// ---- rows ----

constexpr absl::string_view kLlamaTypes[] = {"llama", "mistral"};
constexpr TensorSpecs kLlamaTensors[] = {kEmbeddings, kRopeFactors, kAttention,
                                         kGated};

constexpr absl::string_view kMixtralTypes[] = {"mixtral"};
constexpr TensorSpecs kMixtralTensors[] = {kEmbeddings, kAttention, kExperts};

constexpr absl::string_view kQwen2Types[] = {"qwen2"};
constexpr TensorSpecs kQwen2Tensors[] = {kEmbeddings, kAttention, kQkvBiases,
                                         kGated};

constexpr absl::string_view kQwen2MoeTypes[] = {"qwen2_moe"};
constexpr TensorSpecs kQwen2MoeTensors[] = {kEmbeddings,   kAttention,
                                            kQkvBiases,    kExperts,
                                            kSharedRouter, kSharedExpert};

constexpr absl::string_view kQwen3Types[] = {"qwen3"};
constexpr TensorSpecs kQwen3Tensors[] = {kEmbeddings, kAttention,
                                         kQueryKeyNorms, kGated};

constexpr absl::string_view kQwen3MoeTypes[] = {"qwen3_moe"};
constexpr TensorSpecs kQwen3MoeTensors[] = {kEmbeddings, kAttention,
                                            kQueryKeyNorms, kExperts};

constexpr absl::string_view kDeepSeekTypes[] = {"deepseek_v2", "deepseek_v3"};
constexpr TensorSpecs kDeepSeekTensors[] = {kEmbeddings, kLatentAttention,
                                            kSomeExperts};

constexpr absl::string_view kGemma2Types[] = {"gemma2"};
constexpr TensorSpecs kGemma2Tensors[] = {kEmbeddings, kAttention, kGated,
                                          kPostNorms};

constexpr absl::string_view kGemma3Types[] = {"gemma3_text"};
constexpr TensorSpecs kGemma3Tensors[] = {kEmbeddings, kAttention,
                                          kQueryKeyNorms, kGated, kPostNorms};

// Where several have one name in GGUF, the first is the one that GGUF files
// are.
constexpr Architecture kArchitectures[] = {
    {
        .name = "llama",
        .hugging_face_types = kLlamaTypes,
        .tensors = kLlamaTensors,
        .rope_pairs = RopePairs::kAdjacent,
    },
    {
        .name = "llama",
        .hugging_face_types = kMixtralTypes,
        .tensors = kMixtralTensors,
        .hugging_face_names = kMixtralNames,
        .rope_pairs = RopePairs::kAdjacent,
        .feed_forward = FeedForwardKind::kExperts,
    },
    {
        .name = "qwen2",
        .hugging_face_types = kQwen2Types,
        .tensors = kQwen2Tensors,
    },
    {
        .name = "qwen2moe",
        .hugging_face_types = kQwen2MoeTypes,
        .tensors = kQwen2MoeTensors,
        .hugging_face_names = kExpertNames,
        .feed_forward = FeedForwardKind::kExperts,
    },
    {
        .name = "qwen3",
        .hugging_face_types = kQwen3Types,
        .tensors = kQwen3Tensors,
    },
    {
        .name = "qwen3moe",
        .hugging_face_types = kQwen3MoeTypes,
        .tensors = kQwen3MoeTensors,
        .hugging_face_names = kExpertNames,
        .feed_forward = FeedForwardKind::kExperts,
    },
    {
        .name = "deepseek2",
        .hugging_face_types = kDeepSeekTypes,
        .tensors = kDeepSeekTensors,
        .hugging_face_names = kDeepSeekNames,
        .mixer = MixerKind::kLatentAttention,
        .feed_forward = FeedForwardKind::kExperts,
    },
    {
        .name = "gemma2",
        .hugging_face_types = kGemma2Types,
        .tensors = kGemma2Tensors,
        .hugging_face_names = kGemmaNames,
        .activation = Activation::kGelu,
        .norms = NormPlacement::kAround,
    },
    {
        .name = "gemma3",
        .hugging_face_types = kGemma3Types,
        .tensors = kGemma3Tensors,
        .hugging_face_names = kGemmaNames,
        .activation = Activation::kGelu,
        .norms = NormPlacement::kAround,
    },
};

}  // namespace

absl::Span<const Architecture> AllArchitectures() { return kArchitectures; }

const Architecture* FindArchitecture(absl::string_view name) {
  for (const Architecture& architecture : kArchitectures) {
    if (architecture.name == name) return &architecture;
  }
  return nullptr;
}

const Architecture* FindHuggingFaceArchitecture(absl::string_view model_type) {
  for (const Architecture& architecture : kArchitectures) {
    for (const absl::string_view type : architecture.hugging_face_types) {
      if (type == model_type) return &architecture;
    }
  }
  return nullptr;
}

}  // namespace tessera
