// Dense models with LayerNorm: tables without code. docs/models.md explains
// them.
#include "formats/model/architecture_tables.h"
#include "formats/model/tensor_lists.h"

namespace tessera {
namespace {

using namespace tensor_lists;

// ---- Hugging Face's names ----

constexpr HuggingFaceName kStarcoder2Names[] = {
    {"mlp.c_fc", Role::kUp},
    {"mlp.c_proj", Role::kDown},
};
// A vector for each head, as if they were experts.
constexpr HuggingFaceName kStableLmNames[] = {
    {"self_attn.q_layernorm.norms.*", Role::kAttentionQueryNorm},
    {"self_attn.k_layernorm.norms.*", Role::kAttentionKeyNorm},
};
constexpr HuggingFaceName kGpt2Names[] = {
    {"transformer.wte", Role::kTokenEmbedding},
    {"transformer.wpe", Role::kPositionEmbedding},
    {"transformer.ln_f", Role::kOutputNorm},
    {"ln_1", Role::kAttentionNorm},
    {"ln_2", Role::kFeedForwardNorm},
    {"attn.c_attn", Role::kAttentionQkv},
    {"attn.c_proj", Role::kAttentionOutput},
    {"mlp.c_fc", Role::kUp},
    {"mlp.c_proj", Role::kDown},
};
constexpr HuggingFaceName kGptNeoXNames[] = {
    {"gpt_neox.embed_in", Role::kTokenEmbedding},
    {"gpt_neox.final_layer_norm", Role::kOutputNorm},
    {"embed_out", Role::kOutput},
    {"attention.query_key_value", Role::kAttentionQkv},
    {"attention.dense", Role::kAttentionOutput},
    {"mlp.dense_h_to_4h", Role::kUp},
    {"mlp.dense_4h_to_h", Role::kDown},
};

// Masks, which follow from the positions.
constexpr absl::string_view kGpt2Redundant[] = {".attn.bias",
                                                ".attn.masked_bias"};
constexpr absl::string_view kGptNeoXRedundant[] = {
    ".attention.bias",        ".attention.masked_bias",
    ".rotary_emb.inv_freq",   ".rotary_emb.original_inv_freq",
    ".rotary_emb.cos_cached", ".rotary_emb.sin_cached",
    "._extra_state"};

// ---- tensors ----

constexpr TensorSpecs kOlmoTensors[] = {kEmbeddingsWithoutNorm, kRopeFactors,
                                        kProjections,           kRareQkvBiases,
                                        kRareOutputBias,        kGated};
constexpr TensorSpec kAttentionNorm[] = {{Role::kAttentionNorm}};
constexpr TensorSpecs kCommandRTensors[] = {
    kEmbeddings,    kRopeFactors,    kAttentionNorm,     kProjections,
    kRareQkvBiases, kRareOutputBias, kRareQueryKeyNorms, kGated};
constexpr TensorSpecs kCohere2Tensors[] = {
    kEmbeddings,    kRopeFactors,    kAttentionNorm, kProjections,
    kRareQkvBiases, kRareOutputBias, kGated};
constexpr TensorSpecs kStarcoder2Tensors[] = {
    kEmbeddings, kRopeFactors,    kPreNorms,  kNormBiases,     kProjections,
    kQkvBiases,  kRareOutputBias, kUpAndDown, kUpAndDownBiases};
// Without the second norm where attention and feed-forward are parallel.
constexpr TensorSpec kStableLmNorms[] = {
    {Role::kAttentionNorm},
    {Role::kFeedForwardNorm, kWeight, kOptional},
};
constexpr TensorSpecs kStableLmTensors[] = {
    kEmbeddings,  kRopeFactors,   kStableLmNorms,     kNormBiases,
    kProjections, kRareQkvBiases, kRareQueryKeyNorms, kGated};
constexpr TensorSpecs kGpt2Tensors[] = {
    kPositions, kEmbeddings,     kPreNorms,  kNormBiases,
    kQkvInOne,  kQkvInOneBiases, kUpAndDown, kUpAndDownBiases};
constexpr TensorSpecs kGptNeoXTensors[] = {
    kEmbeddings, kRopeFactors,    kPreNorms,  kNormBiases,
    kQkvInOne,   kQkvInOneBiases, kUpAndDown, kUpAndDownBiases};

// ---- rows ----

constexpr absl::string_view kOlmoTypes[] = {"olmo"};
constexpr absl::string_view kCommandRTypes[] = {"cohere"};
constexpr absl::string_view kCohere2Types[] = {"cohere2"};
constexpr absl::string_view kStarcoder2Types[] = {"starcoder2"};
constexpr absl::string_view kStableLmTypes[] = {"stablelm"};
constexpr absl::string_view kGpt2Types[] = {"gpt2"};
constexpr absl::string_view kGptNeoXTypes[] = {"gpt_neox"};

constexpr absl::string_view kStableLmUnsaid[] = {"vocab_size",
                                                 "rope.freq_base"};
constexpr absl::string_view kGpt2Unsaid[] = {"vocab_size",
                                             "attention.head_count_kv"};
constexpr absl::string_view kGptNeoXUnsaid[] = {"vocab_size", "rope.freq_base",
                                                "attention.head_count_kv"};

constexpr ConfigDefault kCohere2Defaults[] = {{"sliding_window", 4096}};

constexpr Architecture kArchitectures[] = {
    {
        .name = "olmo",
        .hugging_face_types = kOlmoTypes,
        .tensors = kOlmoTensors,
        .rope_pairs = RopePairs::kAdjacent,
        .gguf_unsaid = kUnsaidCounts,
        .norm = NormKind::kPlainLayerNorm,
    },
    {
        .name = "command-r",
        .hugging_face_types = kCommandRTypes,
        .tensors = kCommandRTensors,
        .rope_pairs = RopePairs::kAdjacent,
        .hugging_face_has_adjacent_pairs = true,
        .denies_scaling = true,
        .gguf_unsaid = kUnsaidCounts,
        .query_key_norm = QueryKeyNorm::kEachHead,
        .norm = NormKind::kLayerNorm,
        .residual = Residual::kParallel,
    },
    {
        .name = "cohere2",
        .hugging_face_types = kCohere2Types,
        .tensors = kCohere2Tensors,
        .rope_pairs = RopePairs::kAdjacent,
        .hugging_face_has_adjacent_pairs = true,
        .windowed_layers = WindowedLayers::kAllButLast,
        .layer_rope = LayerRope::kOnlyInWindows,
        .layer_period = 4,
        .denies_scaling = true,
        .defaults = kCohere2Defaults,
        .norm = NormKind::kLayerNorm,
        .residual = Residual::kParallel,
    },
    {
        .name = "starcoder2",
        .hugging_face_types = kStarcoder2Types,
        .tensors = kStarcoder2Tensors,
        .hugging_face_names = kStarcoder2Names,
        .windowed_layers = WindowedLayers::kAll,
        .gguf_unsaid = kUnsaidCounts,
        .feed_forward = FeedForwardKind::kPlain,
        .activation = Activation::kGelu,
        .norm = NormKind::kLayerNorm,
    },
    {
        .name = "stablelm",
        .hugging_face_types = kStableLmTypes,
        .tensors = kStableLmTensors,
        .hugging_face_names = kStableLmNames,
        .gguf_unsaid = kStableLmUnsaid,
        .query_key_norm = QueryKeyNorm::kEachHead,
        .norm = NormKind::kLayerNorm,
        .residual = Residual::kWithoutNorm,
    },
    {
        .name = "gpt2",
        .hugging_face_types = kGpt2Types,
        .tensors = kGpt2Tensors,
        .hugging_face_names = kGpt2Names,
        .hugging_face_layers = "transformer.h.",
        .hugging_face_redundant = kGpt2Redundant,
        .hugging_face_matrices = MatrixForm::kTransposed,
        .rope_pairs = RopePairs::kNone,
        .gguf_unsaid = kGpt2Unsaid,
        .feed_forward = FeedForwardKind::kPlain,
        .activation = Activation::kGelu,
        .norm = NormKind::kLayerNorm,
    },
    {
        .name = "gptneox",
        .hugging_face_types = kGptNeoXTypes,
        .tensors = kGptNeoXTensors,
        .hugging_face_names = kGptNeoXNames,
        .hugging_face_layers = "gpt_neox.layers.",
        .hugging_face_redundant = kGptNeoXRedundant,
        .hugging_face_matrices = MatrixForm::kQkvByHead,
        .gguf_unsaid = kGptNeoXUnsaid,
        .feed_forward = FeedForwardKind::kPlain,
        .activation = Activation::kGelu,
        .norm = NormKind::kLayerNorm,
        .residual = Residual::kConfigured,
    },
};

}  // namespace

absl::Span<const Architecture> LayerNormArchitectures() {
  return kArchitectures;
}

}  // namespace tessera
