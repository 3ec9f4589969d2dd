#include "formats/model/check_tensors.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

using Role = TensorRole;
using Layers = std::set<uint64_t>;
constexpr TensorPart kWeight = TensorPart::kWeight;
constexpr TensorPart kBias = TensorPart::kBias;

// ---- what the classes of transformers have: modeling_*.py ----

constexpr TensorSpec kQkv[] = {{Role::kAttentionQuery, kBias},
                               {Role::kAttentionKey, kBias},
                               {Role::kAttentionValue, kBias},
                               {Role::kAttentionQkv, kBias}};
constexpr TensorSpec kAttention[] = {{Role::kAttentionQuery, kBias},
                                     {Role::kAttentionKey, kBias},
                                     {Role::kAttentionValue, kBias},
                                     {Role::kAttentionQkv, kBias},
                                     {Role::kAttentionOutput, kBias}};
constexpr TensorSpec kAttentionOutput[] = {{Role::kAttentionOutput, kBias}};
constexpr TensorSpec kLatent[] = {{Role::kLatentKeyValueDown, kBias},
                                  {Role::kAttentionOutput, kBias}};
constexpr TensorSpec kFeedForward[] = {
    {Role::kGate, kBias}, {Role::kUp, kBias}, {Role::kDown, kBias}};
constexpr TensorSpec kMatrices[] = {{Role::kAttentionQuery, kBias},
                                    {Role::kAttentionKey, kBias},
                                    {Role::kAttentionValue, kBias},
                                    {Role::kAttentionQkv, kBias},
                                    {Role::kAttentionOutput, kBias},
                                    {Role::kGate, kBias},
                                    {Role::kUp, kBias},
                                    {Role::kDown, kBias}};
constexpr TensorSpec kNorms[] = {{Role::kAttentionNorm, kBias},
                                 {Role::kFeedForwardNorm, kBias},
                                 {Role::kOutputNorm, kBias}};
constexpr TensorSpec kQueryKeyNorms[] = {{Role::kAttentionQueryNorm},
                                         {Role::kAttentionKeyNorm}};

struct Rule {
  absl::string_view model_types;  // with | between them
  absl::string_view key;          // "": they always have these tensors
  bool without_key;               // what it means that the key is not there
  TensorSpecs specs;
};
constexpr Rule kRules[] = {
    {"llama|granite|smollm3|qwen3|qwen3_moe|olmo|olmo2|olmo3|gemma|gemma2|"
     "gemma3_text|cohere|cohere2",
     "attention_bias", false, kAttention},
    {"llama|granite|smollm3|seed_oss", "mlp_bias", false, kFeedForward},
    {"glm4", "attention_bias", false, kQkv},
    {"seed_oss", "attention_bias", true, kQkv},
    {"seed_oss", "attention_out_bias", false, kAttentionOutput},
    {"deepseek_v2|deepseek_v3", "attention_bias", false, kLatent},
    {"qwen2", "", true, kQkv},
    {"qwen2_moe", "qkv_bias", true, kQkv},
    {"cohere", "use_qk_norm", false, kQueryKeyNorms},
    {"stablelm", "use_qkv_bias", false, kQkv},
    {"stablelm", "qk_layernorm", false, kQueryKeyNorms},
    {"starcoder2", "use_bias", true, kMatrices},
    {"gpt_neox", "attention_bias", true, kAttention},
    {"gpt_neox", "", true, kFeedForward},
    {"gpt2", "", true, kMatrices},
    {"stablelm|starcoder2|gpt2|gpt_neox", "", true, kNorms},
};

// What a key means to other classes: none of them reads it, but a model that is
// said to have what it lacks, is damaged or of a class that is not known.
struct KnownKey {
  absl::string_view key;
  TensorSpecs specs;
};
constexpr KnownKey kKnownKeys[] = {
    {"attention_bias", kQkv},   {"attention_out_bias", kAttentionOutput},
    {"mlp_bias", kFeedForward}, {"qk_layernorm", kQueryKeyNorms},
    {"use_bias", kMatrices},    {"use_qk_norm", kQueryKeyNorms},
    {"use_qkv_bias", kQkv},
};

bool IsOf(const Rule& rule, absl::string_view model_type) {
  for (const absl::string_view type : absl::StrSplit(rule.model_types, '|')) {
    if (type == model_type) return true;
  }
  return false;
}

const TensorSpec* FindSpec(const Architecture& architecture, TensorRole role,
                           TensorPart part) {
  for (const TensorSpecs specs : architecture.tensors) {
    for (const TensorSpec& spec : specs) {
      if (spec.role == role && spec.part == part) return &spec;
    }
  }
  return nullptr;
}

// Which layers have which tensors.
class Checker {
 public:
  Checker(absl::Span<const absl::string_view> names,
          const Architecture& architecture, uint64_t layers);

  void CheckLayers();
  void CheckFlags(const HuggingFaceConfig& config);
  std::vector<std::string> Take() { return std::move(sentences_); }

 private:
  const Layers& LayersOf(TensorRole role, TensorPart part) const;
  Layers Peers(TensorRole role, TensorPart part, const Layers& having) const;
  bool IsDue(const TensorSpec& spec) const;
  const TensorSpec* FirstMissing(TensorSpecs specs) const;
  const TensorSpec* FirstPresent(TensorSpecs specs, bool rare_only) const;
  void CheckFlag(absl::string_view key, bool value, TensorSpecs specs,
                 bool rare_only);

  const Architecture& architecture_;
  // A tensor outside of layers is in layer 0.
  std::map<std::pair<TensorRole, TensorPart>, Layers> tensors_;
  Layers layers_;
  Layers with_experts_;
  std::vector<std::string> sentences_;
};

Checker::Checker(absl::Span<const absl::string_view> names,
                 const Architecture& architecture, uint64_t layers)
    : architecture_(architecture) {
  for (const absl::string_view name : names) {
    const std::optional<TensorName> parsed = ParseGgufName(name);
    if (!parsed.has_value()) continue;
    const uint64_t layer = parsed->layer.value_or(0);
    if (parsed->layer.has_value()) {
      if (layer >= layers) continue;
      layers_.insert(layer);
    }
    tensors_[{parsed->role, parsed->part}].insert(layer);
  }
  for (const TensorRole role :
       {Role::kRouter, Role::kExpertGate, Role::kExpertUp, Role::kExpertDown}) {
    const Layers& some = LayersOf(role, kWeight);
    with_experts_.insert(some.begin(), some.end());
  }
}

const Layers& Checker::LayersOf(TensorRole role, TensorPart part) const {
  static const Layers* const kNone = new Layers();
  const auto found = tensors_.find({role, part});
  return found == tensors_.end() ? *kNone : found->second;
}

// Layers that should have a tensor that `having` have.
Layers Checker::Peers(TensorRole role, TensorPart part,
                      const Layers& having) const {
  const bool is_expert_layer = with_experts_.contains(*having.begin());
  const Layers& weights = LayersOf(role, kWeight);
  Layers peers;
  for (const uint64_t layer :
       part == kBias && !weights.empty() ? weights : layers_) {
    if (with_experts_.contains(layer) == is_expert_layer) peers.insert(layer);
  }
  return peers;
}

void Checker::CheckLayers() {
  for (const auto& [tensor, having] : tensors_) {
    const auto [role, part] = tensor;
    if (InfoOf(role).place != TensorPlace::kLayer) continue;
    // What is required, is missed wherever it is read.
    const TensorSpec* spec = FindSpec(architecture_, role, part);
    if (spec != nullptr && !spec->optional) continue;
    for (const uint64_t layer : Peers(role, part, having)) {
      if (having.contains(layer)) continue;
      sentences_.push_back(absl::StrCat(
          "tensor ", GgufName({.role = role, .part = part, .layer = layer}),
          " is missing, though there is ",
          GgufName({.role = role, .part = part, .layer = *having.begin()})));
      break;
    }
  }
}

// True if the model has what `spec` belongs to.
bool Checker::IsDue(const TensorSpec& spec) const {
  return !LayersOf(spec.part == kBias ? spec.role : Role::kAttentionQuery,
                   kWeight)
              .empty();
}

const TensorSpec* Checker::FirstMissing(TensorSpecs specs) const {
  for (const TensorSpec& spec : specs) {
    if (IsDue(spec) && LayersOf(spec.role, spec.part).empty()) return &spec;
  }
  return nullptr;
}

const TensorSpec* Checker::FirstPresent(TensorSpecs specs,
                                        bool rare_only) const {
  for (const TensorSpec& spec : specs) {
    if (LayersOf(spec.role, spec.part).empty()) continue;
    const TensorSpec* own = FindSpec(architecture_, spec.role, spec.part);
    if (!rare_only || own == nullptr || own->rare) return &spec;
  }
  return nullptr;
}

void Checker::CheckFlag(absl::string_view key, bool value, TensorSpecs specs,
                        bool rare_only) {
  const TensorSpec* odd =
      value ? FirstMissing(specs) : FirstPresent(specs, rare_only);
  if (odd == nullptr) return;
  sentences_.push_back(absl::StrCat(
      "config.json: ", key, ": ", value ? "true" : "false",
      " is not understood, since ", value ? "there is no " : "there is ",
      GgufName(odd->role, odd->part)));
}

void Checker::CheckFlags(const HuggingFaceConfig& config) {
  const absl::string_view type = config.hugging_face_type;
  std::set<absl::string_view> read;
  for (const Rule& rule : kRules) {
    if (!IsOf(rule, type)) continue;
    read.insert(rule.key);
    const auto flag = config.flags.find(std::string(rule.key));
    if (flag != config.flags.end()) {
      CheckFlag(rule.key, flag->second, rule.specs, /*rare_only=*/false);
      continue;
    }
    const TensorSpec* missing =
        rule.without_key ? FirstMissing(rule.specs) : nullptr;
    if (missing == nullptr) continue;
    sentences_.push_back(
        absl::StrCat("tensors ", GgufName(missing->role, missing->part),
                     " are missing, which models of type ", type, " have"));
  }
  for (const KnownKey& known : kKnownKeys) {
    const auto flag = config.flags.find(std::string(known.key));
    if (flag == config.flags.end() || read.contains(known.key)) continue;
    CheckFlag(known.key, flag->second, known.specs, /*rare_only=*/true);
  }
}

}  // namespace

std::vector<std::string> FindUnevenTensors(
    absl::Span<const absl::string_view> names, const Architecture& architecture,
    uint64_t layers) {
  Checker checker(names, architecture, layers);
  checker.CheckLayers();
  return checker.Take();
}

std::vector<std::string> FindContradictoryTensors(
    absl::Span<const absl::string_view> names,
    const HuggingFaceConfig& config) {
  Checker checker(names, *config.architecture,
                  config.model.num_hidden_layers());
  checker.CheckLayers();
  checker.CheckFlags(config);
  return checker.Take();
}

}  // namespace tessera
