// Dense models with RMS norms and gated feed-forwards: tables without code.
// docs/models.md explains them.
#include "formats/model/architecture_tables.h"
#include "formats/model/tensor_lists.h"

namespace tessera {
namespace {

using namespace tensor_lists;

// ---- Hugging Face's names ----

// Norms behind attention and feed-forward; there are none before them.
constexpr HuggingFaceName kPostNormNames[] = {
    {"post_attention_layernorm", Role::kPostAttentionNorm},
};
// GGUF calls so what stands before the feed-forward.
constexpr HuggingFaceName kSeedOssNames[] = {
    {"post_attention_layernorm", Role::kPostAttentionNorm},
};
constexpr HuggingFaceName kPhi3Names[] = {{"mlp.gate_up_proj", Role::kUp}};
constexpr HuggingFaceName kGlm4Names[] = {
    {"mlp.gate_up_proj", Role::kUp},
    {"post_self_attn_layernorm", Role::kPostAttentionNorm},
    {"post_mlp_layernorm", Role::kPostFeedForwardNorm},
};

// ---- tensors ----

constexpr TensorSpecs kLlamaTensors[] = {
    kEmbeddings,    kRopeFactors,    kPreNorms, kProjections,
    kRareQkvBiases, kRareOutputBias, kGated,    kRareGatedBiases};
constexpr TensorSpecs kQwen2Tensors[] = {
    kEmbeddings, kRopeFactors,    kPreNorms, kProjections,
    kQkvBiases,  kRareOutputBias, kGated};
constexpr TensorSpecs kQwen3Tensors[] = {
    kEmbeddings,    kRopeFactors,    kPreNorms,      kProjections,
    kRareQkvBiases, kRareOutputBias, kQueryKeyNorms, kGated};
constexpr TensorSpec kSeedOssNorms[] = {
    {Role::kAttentionNorm},
    {Role::kPostAttentionNorm},
};
constexpr TensorSpecs kSeedOssTensors[] = {
    kEmbeddings, kRopeFactors,    kSeedOssNorms, kProjections,
    kQkvBiases,  kRareOutputBias, kGated,        kRareGatedBiases};
constexpr TensorSpecs kPostNormTensors[] = {
    kEmbeddings,    kRopeFactors,    kProjections,   kPostNorms,
    kRareQkvBiases, kRareOutputBias, kQueryKeyNorms, kGated};
constexpr TensorSpecs kPhi3Tensors[] = {kEmbeddings,      kRopeFactors,
                                        kLongRopeFactors, kPreNorms,
                                        kQkvInOne,        kUpAndDown};
constexpr TensorSpecs kGlm4Tensors[] = {
    kEmbeddings, kRopeFactors,    kPreNorms,  kProjections,
    kQkvBiases,  kRareOutputBias, kUpAndDown, kPostNorms};

// ---- rows ----

constexpr absl::string_view kLlamaTypes[] = {"llama", "mistral"};
constexpr absl::string_view kMistral3Types[] = {"ministral3"};
constexpr absl::string_view kQwen2Types[] = {"qwen2"};
constexpr absl::string_view kQwen3Types[] = {"qwen3"};
constexpr absl::string_view kSmolLm3Types[] = {"smollm3"};
constexpr absl::string_view kGraniteTypes[] = {"granite"};
constexpr absl::string_view kSeedOssTypes[] = {"seed_oss"};
constexpr absl::string_view kOlmo2Types[] = {"olmo2", "olmo3"};
constexpr absl::string_view kExaone4Types[] = {"exaone4"};
constexpr absl::string_view kPhi3Types[] = {"phi3"};
constexpr absl::string_view kGlm4Types[] = {"glm4"};

// Of mixtures.
constexpr absl::string_view kLlamaUnsaid[] = {"expert_feed_forward_length"};
constexpr ConfigDefault kExaone4Defaults[] = {
    {.field = "sliding_window", .value = 4096, .layers = 64},
};

constexpr Architecture kArchitectures[] = {
    {
        .name = "llama",
        .hugging_face_types = kLlamaTypes,
        .tensors = kLlamaTensors,
        .rope_pairs = RopePairs::kAdjacent,
        .windowed_layers = WindowedLayers::kAll,
        .gguf_unsaid = kLlamaUnsaid,
    },
    {
        .name = "mistral3",
        .hugging_face_types = kMistral3Types,
        .tensors = kLlamaTensors,
        .rope_pairs = RopePairs::kAdjacent,
        .windowed_layers = WindowedLayers::kAll,
    },
    {
        .name = "qwen2",
        .hugging_face_types = kQwen2Types,
        .tensors = kQwen2Tensors,
        .windowed_layers = WindowedLayers::kFrom,
        .gguf_unsaid = kUnsaidCounts,
    },
    {
        .name = "qwen3",
        .hugging_face_types = kQwen3Types,
        .tensors = kQwen3Tensors,
        .windowed_layers = WindowedLayers::kFrom,
        .gguf_unsaid = kUnsaidCounts,
    },
    {
        .name = "smollm3",
        .hugging_face_types = kSmolLm3Types,
        .tensors = kLlamaTensors,
        .rope_pairs = RopePairs::kAdjacent,
        .windowed_layers = WindowedLayers::kFrom,
        .layer_rope = LayerRope::kNotLast,
        .layer_period = 4,
    },
    {
        .name = "granite",
        .hugging_face_types = kGraniteTypes,
        .tensors = kLlamaTensors,
        .rope_pairs = RopePairs::kAdjacent,
        .divides_logits = true,
    },
    {
        .name = "seed_oss",
        .hugging_face_types = kSeedOssTypes,
        .tensors = kSeedOssTensors,
        .hugging_face_names = kSeedOssNames,
        .gguf_unsaid = kUnsaidCounts,
        .feed_forward_norm = Role::kPostAttentionNorm,
    },
    {
        .name = "olmo2",
        .hugging_face_types = kOlmo2Types,
        .tensors = kPostNormTensors,
        .hugging_face_names = kPostNormNames,
        .windowed_layers = WindowedLayers::kAllButLast,
        .layer_rope = LayerRope::kLocalInWindows,
        .layer_period = 4,
        .lists_windows = true,
        .gguf_unsaid = kUnsaidCounts,
        .query_key_norm = QueryKeyNorm::kAllHeads,
        .norms = NormPlacement::kAfter,
    },
    {
        .name = "exaone4",
        .hugging_face_types = kExaone4Types,
        .tensors = kPostNormTensors,
        .hugging_face_names = kPostNormNames,
        .windowed_layers = WindowedLayers::kAllButLast,
        .layer_rope = LayerRope::kOnlyInWindows,
        .layer_period = 4,
        .defaults = kExaone4Defaults,
        .gguf_unsaid = kUnsaidRotation,
        .norms = NormPlacement::kAfter,
    },
    {
        .name = "phi3",
        .hugging_face_types = kPhi3Types,
        .tensors = kPhi3Tensors,
        .hugging_face_names = kPhi3Names,
        .windowed_layers = WindowedLayers::kAll,
        .gguf_unsaid = kUnsaidVocabulary,
        .gate_is_in_up = true,
    },
    {
        .name = "glm4",
        .hugging_face_types = kGlm4Types,
        .tensors = kGlm4Tensors,
        .hugging_face_names = kGlm4Names,
        .rope_pairs = RopePairs::kAdjacent,
        .hugging_face_has_adjacent_pairs = true,
        .gguf_unsaid = kUnsaidVocabulary,
        .gate_is_in_up = true,
        .norms = NormPlacement::kAround,
    },
};

}  // namespace

absl::Span<const Architecture> GatedArchitectures() { return kArchitectures; }

}  // namespace tessera
