// Mixtures of experts: tables without code. docs/models.md explains them.
#include "formats/model/architecture_tables.h"
#include "formats/model/tensor_lists.h"

namespace tessera {
namespace {

using namespace tensor_lists;

// ---- tensors ----

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

constexpr TensorSpec kExperts[] = {
    {Role::kRouter},
    {Role::kExpertGate},
    {Role::kExpertUp},
    {Role::kExpertDown},
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

// ---- forms ----

// Of files of before April 2024, each expert is a tensor of its own. A layer
// may be dense, as configurations say that are not understood
// (mlp_only_layers).
constexpr TensorForms kMixtralForms[] = {
    "ffn_gate_exps,ffn_up_exps,ffn_down_exps|ffn_gate_up_exps,ffn_down_exps|"
    "ffn_gate.*,ffn_up.*,ffn_down.*"};
constexpr TensorForms kQwen2MoeForms[] = {
    "ffn_gate_inp,ffn_gate_exps,ffn_up_exps,ffn_down_exps,ffn_gate_inp_shexp,"
    "ffn_gate_shexp,ffn_up_shexp,ffn_down_shexp|"
    "ffn_gate_inp,ffn_gate_up_exps,ffn_down_exps,ffn_gate_inp_shexp,"
    "ffn_gate_shexp,ffn_up_shexp,ffn_down_shexp|"
    "ffn_gate,ffn_up,ffn_down"};
constexpr TensorForms kQwen3MoeForms[] = {
    "ffn_gate_inp,ffn_gate_exps,ffn_up_exps,ffn_down_exps|"
    "ffn_gate_inp,ffn_gate_up_exps,ffn_down_exps|"
    "ffn_gate,ffn_up,ffn_down"};
constexpr TensorForms kDeepSeekForms[] = {
    "attn_q|attn_q_a,attn_q_a_norm,attn_q_b", "attn_kv_b|attn_k_b,attn_v_b",
    "ffn_gate,ffn_up,ffn_down|"
    "ffn_gate_inp,ffn_gate_exps,ffn_up_exps,ffn_down_exps|"
    "ffn_gate_inp,ffn_gate_up_exps,ffn_down_exps"};

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

// ---- rows ----

constexpr absl::string_view kMixtralTypes[] = {"mixtral"};
constexpr TensorSpecs kMixtralTensors[] = {kEmbeddings, kPreNorms, kProjections,
                                           kExperts};

constexpr absl::string_view kQwen2MoeTypes[] = {"qwen2_moe"};
constexpr TensorSpecs kQwen2MoeTensors[] = {
    kEmbeddings, kPreNorms,     kProjections, kQkvBiases,
    kExperts,    kSharedRouter, kSharedExpert};

constexpr absl::string_view kQwen3MoeTypes[] = {"qwen3_moe"};
constexpr TensorSpecs kQwen3MoeTensors[] = {
    kEmbeddings, kPreNorms, kProjections, kQueryKeyNorms, kExperts};

constexpr absl::string_view kDeepSeekTypes[] = {"deepseek_v2", "deepseek_v3"};
constexpr TensorSpecs kDeepSeekTensors[] = {kEmbeddings, kLatentAttention,
                                            kSomeExperts};

constexpr Architecture kArchitectures[] = {
    {
        .name = "llama",
        .hugging_face_types = kMixtralTypes,
        .tensors = kMixtralTensors,
        .forms = kMixtralForms,
        .hugging_face_names = kMixtralNames,
        .rope_pairs = RopePairs::kAdjacent,
        .windowed_layers = WindowedLayers::kAll,
        .feed_forward = FeedForwardKind::kExperts,
        .hugging_face_without_experts = "mistral",
    },
    {
        .name = "qwen2moe",
        .hugging_face_types = kQwen2MoeTypes,
        .tensors = kQwen2MoeTensors,
        .forms = kQwen2MoeForms,
        .hugging_face_names = kExpertNames,
        .windowed_layers = WindowedLayers::kFrom,
        .gguf_unsaid = kUnsaidCounts,
        .feed_forward = FeedForwardKind::kExperts,
        .hugging_face_without_experts = "qwen2",
    },
    {
        .name = "qwen3moe",
        .hugging_face_types = kQwen3MoeTypes,
        .tensors = kQwen3MoeTensors,
        .forms = kQwen3MoeForms,
        .hugging_face_names = kExpertNames,
        .windowed_layers = WindowedLayers::kFrom,
        .gguf_unsaid = kUnsaidCounts,
        .feed_forward = FeedForwardKind::kExperts,
        .hugging_face_without_experts = "qwen3",
    },
    {
        .name = "deepseek2",
        .hugging_face_types = kDeepSeekTypes,
        .tensors = kDeepSeekTensors,
        .forms = kDeepSeekForms,
        .hugging_face_names = kDeepSeekNames,
        .mixer = MixerKind::kLatentAttention,
        .feed_forward = FeedForwardKind::kExperts,
    },
};

}  // namespace

absl::Span<const Architecture> ExpertArchitectures() { return kArchitectures; }

}  // namespace tessera
