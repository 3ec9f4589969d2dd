#include "formats/model/gguf_rope.h"

#include <cmath>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/rope_factors.h"

namespace tessera {
namespace {

using RopeScaling = ModelConfig::RopeScaling;

constexpr absl::string_view kPrefix = "rope.scaling.";
constexpr absl::string_view kType = "rope.scaling.type";
// The second is what files of before 2024 have.
constexpr absl::string_view kFactors[] = {"rope.scaling.factor",
                                          "rope.scale_linear"};
constexpr absl::string_view kContext = "rope.scaling.original_context_length";
constexpr absl::string_view kAttention = "rope.scaling.attn_factor";
constexpr absl::string_view kBetaFast = "rope.scaling.yarn_beta_fast";
constexpr absl::string_view kBetaSlow = "rope.scaling.yarn_beta_slow";
constexpr absl::string_view kYarnAttention = "rope.scaling.yarn_attn_factor";

// Of numbers that went through float32.
bool AreNearlyEqual(double a, double b) { return std::abs(a - b) < 1e-5; }

// `name`, or `missing`.
absl::StatusOr<double> NumberOr(absl::string_view name, double missing,
                                GgufKeys* keys) {
  if (keys->Find(name) == nullptr) return missing;
  return keys->GetNumber(name);
}

absl::Status ReadYarn(double factor, GgufKeys* keys, ModelConfig* model) {
  RopeScaling scaling;
  scaling.set_rope_type("yarn");
  scaling.set_factor(static_cast<float>(factor));
  scaling.set_original_max_position_embeddings(
      model->max_position_embeddings());
  if (keys->Find(kContext) != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const uint64_t context, keys->GetCount(kContext));
    scaling.set_original_max_position_embeddings(context);
  }
  TESSERA_ASSIGN_OR_RETURN(const double fast, NumberOr(kBetaFast, 32, keys));
  TESSERA_ASSIGN_OR_RETURN(const double slow, NumberOr(kBetaSlow, 1, keys));
  TESSERA_ASSIGN_OR_RETURN(const double times, NumberOr(kAttention, 1, keys));
  const double usual = YarnAttentionFactor(factor);
  TESSERA_ASSIGN_OR_RETURN(const double own,
                           NumberOr(kYarnAttention, usual, keys));
  // Hugging Face's factor stands for the usual one, llama.cpp's multiplies it.
  if (!AreNearlyEqual(own, usual)) {
    keys->DoNotUnderstandValue(kYarnAttention);
    return absl::OkStatus();
  }
  scaling.set_beta_fast(static_cast<float>(fast));
  scaling.set_beta_slow(static_cast<float>(slow));
  scaling.set_attention_factor(static_cast<float>(usual * times));
  *model->mutable_rope_scaling() = scaling;
  return absl::OkStatus();
}

// The factors are tensors, of which metadata say nothing.
absl::Status ReadLong(GgufKeys* keys, ModelConfig* model) {
  if (keys->Find(kContext) == nullptr) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(const uint64_t context, keys->GetCount(kContext));
  TESSERA_ASSIGN_OR_RETURN(const double attention,
                           NumberOr(kAttention, 0, keys));
  RopeScaling& scaling = *model->mutable_rope_scaling();
  scaling.set_rope_type("longrope");
  scaling.set_original_max_position_embeddings(context);
  scaling.set_attention_factor(static_cast<float>(attention));
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadGgufRope(const Architecture& architecture, GgufKeys* keys,
                          ModelConfig* model) {
  std::string type;
  if (const GgufValue* value = keys->Find(kType); value != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const absl::string_view text, value->GetString());
    type = std::string(text);
  }
  std::optional<double> factor;
  for (absl::string_view name : kFactors) {
    if (keys->Find(name) == nullptr || factor.has_value()) continue;
    TESSERA_ASSIGN_OR_RETURN(factor, keys->GetNumber(name));
  }
  if (type.empty() && factor.has_value()) type = "linear";
  if (type.empty() || type == "none" || type == "longrope") {
    if (ListsRole(architecture, TensorRole::kRopeFactorsLong)) {
      return ReadLong(keys, model);
    }
    if (type != "longrope") return absl::OkStatus();
  }
  if (type != "linear" && type != "yarn") {
    keys->DoNotUnderstand(keys->Key(kType), ": ", Quoted(type),
                          " is not supported");
    return absl::OkStatus();
  }
  if (!factor.has_value()) return absl::OkStatus();
  if (type == "yarn") return ReadYarn(*factor, keys, model);
  model->mutable_rope_scaling()->set_rope_type(type);
  model->mutable_rope_scaling()->set_factor(static_cast<float>(*factor));
  return absl::OkStatus();
}

bool IsGgufScalingKey(absl::string_view name) {
  return absl::StartsWith(name, kPrefix);
}

void AppendGgufRope(const ModelConfig& model, GgufMetadata* metadata) {
  const RopeScaling& scaling = model.rope_scaling();
  const std::string prefix = absl::StrCat(model.model_type(), ".");
  const auto append = [&](absl::string_view name, float value) {
    metadata->Append(absl::StrCat(prefix, name),
                     GgufValue::Scalar<float>(value));
  };
  const auto append_context = [&] {
    metadata->Append(absl::StrCat(prefix, kContext),
                     GgufValue::Scalar(static_cast<uint32_t>(
                         scaling.original_max_position_embeddings())));
  };
  const std::string& type = scaling.rope_type();
  if (type == "longrope") {
    append_context();
    if (scaling.attention_factor() != 0) {
      append(kAttention, scaling.attention_factor());
    }
    return;
  }
  const Architecture* architecture = FindArchitecture(model.model_type());
  if (type.empty() && architecture != nullptr && architecture->denies_scaling) {
    metadata->Append(absl::StrCat(prefix, kType), GgufValue::String("none"));
  }
  if (type != "linear" && type != "yarn") return;
  metadata->Append(absl::StrCat(prefix, kType), GgufValue::String(type));
  append(kFactors[0], scaling.factor());
  if (type == "linear") return;
  append_context();
  if (scaling.beta_fast() != 32) append(kBetaFast, scaling.beta_fast());
  if (scaling.beta_slow() != 1) append(kBetaSlow, scaling.beta_slow());
  const double times =
      scaling.attention_factor() / YarnAttentionFactor(scaling.factor());
  if (!AreNearlyEqual(times, 1)) append(kAttention, static_cast<float>(times));
}

}  // namespace tessera
