#include "formats/model/hugging_face_scaling.h"

#include <cmath>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/hugging_face_value.h"
#include "formats/model/rope_factors.h"

namespace tessera {
namespace {

using RopeScaling = ModelConfig::RopeScaling;

constexpr absl::string_view kContext = "original_max_position_embeddings";

constexpr absl::string_view kKeysOfLinear[] = {"factor"};
constexpr absl::string_view kKeysOfLlama3[] = {"factor", "low_freq_factor",
                                               "high_freq_factor"};
constexpr absl::string_view kKeysOfYarn[] = {
    "factor", "attention_factor", "beta_fast", "beta_slow",
    "mscale", "mscale_all_dim",   "truncate",  "finetuned"};
constexpr absl::string_view kKeysOfLongRope[] = {"factor", "attention_factor",
                                                 "long_factor", "short_factor"};

absl::Status Missing(absl::string_view key) {
  return ConfigError(key, "is missing");
}

// Stands beside the scaling in some models; else the context is not extended.
absl::StatusOr<uint64_t> OriginalContext(JsonValue rope, JsonValue config,
                                         const ModelConfig& model) {
  for (const JsonValue object : {rope, config}) {
    TESSERA_ASSIGN_OR_RETURN(const auto context,
                             FindConfigCount(object, kContext));
    if (context.has_value()) return *context;
  }
  return model.max_position_embeddings();
}

absl::Status ReadLlama3(JsonValue rope, RopeScaling* scaling) {
  TESSERA_ASSIGN_OR_RETURN(const auto low,
                           FindConfigNumber(rope, "low_freq_factor"));
  TESSERA_ASSIGN_OR_RETURN(const auto high,
                           FindConfigNumber(rope, "high_freq_factor"));
  TESSERA_ASSIGN_OR_RETURN(const auto context, FindConfigCount(rope, kContext));
  // What Llama 3.1 has.
  scaling->set_low_freq_factor(static_cast<float>(low.value_or(1)));
  scaling->set_high_freq_factor(static_cast<float>(high.value_or(4)));
  scaling->set_original_max_position_embeddings(context.value_or(8192));
  if (scaling->high_freq_factor() <= scaling->low_freq_factor()) {
    return ConfigError("high_freq_factor", "must exceed low_freq_factor");
  }
  return absl::OkStatus();
}

// What cosines and sines are multiplied by.
absl::StatusOr<double> YarnAttention(double factor, JsonValue rope) {
  TESSERA_ASSIGN_OR_RETURN(const auto own,
                           FindConfigNumber(rope, "attention_factor"));
  if (own.has_value()) return *own;
  TESSERA_ASSIGN_OR_RETURN(const auto scale,
                           FindConfigNumber(rope, "mscale", true));
  TESSERA_ASSIGN_OR_RETURN(const auto of_all,
                           FindConfigNumber(rope, "mscale_all_dim", true));
  const double usual = YarnAttentionFactor(factor);
  if (!scale.has_value() || !of_all.has_value()) return usual;
  return (1 + *scale * (usual - 1)) / (1 + *of_all * (usual - 1));
}

absl::Status ReadYarn(JsonValue rope, JsonValue config,
                      const ModelConfig& model, RopeScaling* scaling) {
  TESSERA_ASSIGN_OR_RETURN(const uint64_t context,
                           OriginalContext(rope, config, model));
  scaling->set_original_max_position_embeddings(context);
  TESSERA_ASSIGN_OR_RETURN(const auto factor, FindConfigNumber(rope, "factor"));
  const double longer = static_cast<double>(model.max_position_embeddings()) /
                        static_cast<double>(context);
  scaling->set_factor(static_cast<float>(factor.value_or(longer)));
  TESSERA_ASSIGN_OR_RETURN(const auto fast,
                           FindConfigNumber(rope, "beta_fast"));
  TESSERA_ASSIGN_OR_RETURN(const auto slow,
                           FindConfigNumber(rope, "beta_slow"));
  scaling->set_beta_fast(static_cast<float>(fast.value_or(32)));
  scaling->set_beta_slow(static_cast<float>(slow.value_or(1)));
  TESSERA_ASSIGN_OR_RETURN(const double attention,
                           YarnAttention(factor.value_or(longer), rope));
  scaling->set_attention_factor(static_cast<float>(attention));
  TESSERA_ASSIGN_OR_RETURN(const auto truncate,
                           FindConfigFlag(rope, "truncate"));
  scaling->set_untruncated(!truncate.value_or(true));
  return absl::OkStatus();
}

// A positive factor for each pair.
absl::StatusOr<std::vector<float>> ReadFactors(JsonValue rope,
                                               absl::string_view key,
                                               const ModelConfig& model) {
  const auto value = FindMember(rope, key);
  if (!value.has_value()) return Missing(key);
  const uint64_t pairs = model.rope_dimension_count() / 2;
  const auto elements = JsonElements(*value);
  std::vector<float> factors;
  if (elements.ok()) {
    for (const JsonValue element : *elements) {
      double factor = 0;
      if (element.get(factor) != simdjson::SUCCESS) break;
      if (!std::isfinite(static_cast<float>(factor)) || factor <= 0) break;
      factors.push_back(static_cast<float>(factor));
    }
  }
  if (!elements.ok() || factors.size() != elements->size() ||
      factors.size() != pairs) {
    return ConfigError(key, absl::StrCat("is ", JsonText(*value), ", expected ",
                                         pairs, " positive numbers"));
  }
  return factors;
}

absl::Status ReadLongRope(JsonValue rope, JsonValue config,
                          const ModelConfig& model, RopeScaling* scaling,
                          LongRopeFactors* factors) {
  TESSERA_ASSIGN_OR_RETURN(const uint64_t context,
                           OriginalContext(rope, config, model));
  scaling->set_original_max_position_embeddings(context);
  double longer = static_cast<double>(model.max_position_embeddings()) /
                  static_cast<double>(context);
  if (longer == 1) {
    TESSERA_ASSIGN_OR_RETURN(const auto own, FindConfigNumber(rope, "factor"));
    longer = own.value_or(1);
  }
  TESSERA_ASSIGN_OR_RETURN(const auto own,
                           FindConfigNumber(rope, "attention_factor"));
  scaling->set_attention_factor(static_cast<float>(own.value_or(
      LongRopeAttentionFactor(longer, static_cast<double>(context)))));
  TESSERA_ASSIGN_OR_RETURN(factors->within,
                           ReadFactors(rope, "short_factor", model));
  TESSERA_ASSIGN_OR_RETURN(factors->beyond,
                           ReadFactors(rope, "long_factor", model));
  return absl::OkStatus();
}

}  // namespace

absl::Span<const absl::string_view> RopeScalingKeys(absl::string_view type) {
  if (type == "linear") return kKeysOfLinear;
  if (type == "llama3") return kKeysOfLlama3;
  if (type == "yarn") return kKeysOfYarn;
  if (type == "longrope") return kKeysOfLongRope;
  return {};
}

absl::Status ReadRopeScaling(absl::string_view type, JsonValue rope,
                             JsonValue config, ModelConfig* model,
                             LongRopeFactors* factors) {
  RopeScaling scaling;
  scaling.set_rope_type(std::string(type));
  if (type == "yarn") {
    TESSERA_RETURN_IF_ERROR(ReadYarn(rope, config, *model, &scaling));
  } else if (type == "longrope") {
    TESSERA_RETURN_IF_ERROR(
        ReadLongRope(rope, config, *model, &scaling, factors));
  } else {
    TESSERA_ASSIGN_OR_RETURN(const auto factor,
                             FindConfigNumber(rope, "factor"));
    if (!factor.has_value()) return Missing("factor");
    scaling.set_factor(static_cast<float>(*factor));
    if (type == "llama3") {
      TESSERA_RETURN_IF_ERROR(ReadLlama3(rope, &scaling));
    }
  }
  *model->mutable_rope_scaling() = scaling;
  return absl::OkStatus();
}

}  // namespace tessera
