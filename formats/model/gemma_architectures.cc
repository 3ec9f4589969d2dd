// Gemma's kind: tables without code. docs/models.md explains them.
#include "formats/model/architecture_tables.h"
#include "formats/model/tensor_lists.h"

namespace tessera {
namespace {

using namespace tensor_lists;

// What other models call so is the norm before the feed-forward.
constexpr HuggingFaceName kGemmaNames[] = {
    {"post_attention_layernorm", Role::kPostAttentionNorm},
    {"pre_feedforward_layernorm", Role::kFeedForwardNorm},
};

constexpr absl::string_view kGemmaUnsaid[] = {
    "vocab_size", "rope.dimension_count", "rope.freq_base"};

constexpr absl::string_view kGemmaTypes[] = {"gemma"};
constexpr TensorSpecs kGemmaTensors[] = {
    kEmbeddings,    kRopeFactors,    kPreNorms, kProjections,
    kRareQkvBiases, kRareOutputBias, kGated};

constexpr absl::string_view kGemma2Types[] = {"gemma2"};
constexpr TensorSpecs kGemma2Tensors[] = {
    kEmbeddings,    kRopeFactors,    kPreNorms, kProjections,
    kRareQkvBiases, kRareOutputBias, kGated,    kPostNorms};
constexpr ConfigDefault kGemma2Defaults[] = {
    {"sliding_window", 4096},
    {"attn_logit_softcapping", 50},
    {"final_logit_softcapping", 30},
};

constexpr absl::string_view kGemma3Types[] = {"gemma3_text"};
constexpr TensorSpecs kGemma3Tensors[] = {
    kEmbeddings,     kRopeFactors,   kPreNorms, kProjections, kRareQkvBiases,
    kRareOutputBias, kQueryKeyNorms, kGated,    kPostNorms};
constexpr ConfigDefault kGemma3Defaults[] = {{"rope_local_theta", 10000}};

constexpr Architecture kArchitectures[] = {
    {
        .name = "gemma",
        .hugging_face_types = kGemmaTypes,
        .tensors = kGemmaTensors,
        .gguf_unsaid = kGemmaUnsaid,
        .activation = Activation::kGelu,
        .scales_embedding = true,
        .hugging_face_norms_lack_one = true,
    },
    {
        .name = "gemma2",
        .hugging_face_types = kGemma2Types,
        .tensors = kGemma2Tensors,
        .hugging_face_names = kGemmaNames,
        .windowed_layers = WindowedLayers::kAllButLast,
        .layer_period = 2,
        .defaults = kGemma2Defaults,
        .gguf_unsaid = kGemmaUnsaid,
        .activation = Activation::kGelu,
        .norms = NormPlacement::kAround,
        .scales_embedding = true,
        .layers_scaled_by_width = 46,
        .hugging_face_norms_lack_one = true,
    },
    {
        .name = "gemma3",
        .hugging_face_types = kGemma3Types,
        .tensors = kGemma3Tensors,
        .hugging_face_names = kGemmaNames,
        .windowed_layers = WindowedLayers::kAllButLast,
        .layer_rope = LayerRope::kLocalInWindows,
        .layer_period = 6,
        .defaults = kGemma3Defaults,
        .gguf_unsaid = kUnsaidCounts,
        .activation = Activation::kGelu,
        .norms = NormPlacement::kAround,
        .scales_embedding = true,
        .layers_scaled_by_width = 62,
        .hugging_face_norms_lack_one = true,
    },
};

}  // namespace

absl::Span<const Architecture> GemmaArchitectures() { return kArchitectures; }

}  // namespace tessera
