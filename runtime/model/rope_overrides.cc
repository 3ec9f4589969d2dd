#include "runtime/model/rope_overrides.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/architecture.h"
#include "formats/model/rope_factors.h"

namespace tessera {
namespace {

using RopeScaling = ModelConfig::RopeScaling;

constexpr float kBetaFast = 32;
constexpr float kBetaSlow = 1;

absl::Status HasNoEffect(absl::string_view option, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("--", option, " has no effect: ", why));
}

// The type that the model is to have; "" for none.
absl::StatusOr<std::string> TypeOf(const RopeOverrides& overrides,
                                   const RopeScaling& scaling) {
  const std::string& wanted = overrides.scaling;
  if (!wanted.empty() && wanted != "none" && wanted != "linear" &&
      wanted != "yarn") {
    return absl::InvalidArgumentError(
        absl::StrCat("--rope_scaling: ", Quoted(wanted),
                     " is none of none, linear and yarn"));
  }
  const bool is_long = scaling.rope_type() == "longrope";
  if (is_long && (!wanted.empty() || overrides.scale != 0)) {
    return HasNoEffect(
        wanted.empty() ? "rope_scale" : "rope_scaling",
        "this model has tables of angles for short and long contexts "
        "(longrope)");
  }
  if (wanted == "none" && overrides.scale != 0) {
    return HasNoEffect("rope_scale", "--rope_scaling is none");
  }
  if (wanted == "none") return std::string();
  if (!wanted.empty()) return wanted;
  const std::string& own = scaling.rope_type();
  if (own == "yarn" || own == "longrope" || overrides.scale == 0) return own;
  return std::string("linear");
}

absl::Status CheckYarnOptions(const RopeOverrides& overrides,
                              absl::string_view type) {
  if (type == "yarn") return absl::OkStatus();
  constexpr absl::string_view kWhy = "--rope_scaling is not yarn";
  if (overrides.yarn_orig_ctx != 0) return HasNoEffect("yarn_orig_ctx", kWhy);
  if (overrides.yarn_beta_fast != 0) return HasNoEffect("yarn_beta_fast", kWhy);
  if (overrides.yarn_beta_slow != 0) return HasNoEffect("yarn_beta_slow", kWhy);
  return absl::OkStatus();
}

// How many times longer the model makes contexts, as it is stored. What
// "llama3" stretches is in a tensor and stays there.
float OwnFactor(const RopeScaling& scaling) {
  const bool is_number =
      scaling.rope_type() == "linear" || scaling.rope_type() == "yarn";
  return is_number && scaling.factor() > 0 ? scaling.factor() : 1;
}

void SetLinear(const RopeOverrides& overrides, RopeScaling* scaling) {
  const float factor = overrides.scale == 0
                           ? OwnFactor(*scaling)
                           : static_cast<float>(overrides.scale);
  scaling->Clear();
  scaling->set_rope_type("linear");
  scaling->set_factor(factor);
}

// Sets what is overridden of YaRN, and what a model of another type lacks.
void SetYarn(const RopeOverrides& overrides, ModelConfig* model) {
  RopeScaling& scaling = *model->mutable_rope_scaling();
  const bool is_new = scaling.rope_type() != "yarn";
  const float factor = overrides.scale == 0
                           ? OwnFactor(scaling)
                           : static_cast<float>(overrides.scale);
  if (is_new) {
    scaling.Clear();
    scaling.set_rope_type("yarn");
    scaling.set_original_max_position_embeddings(
        model->max_position_embeddings());
    scaling.set_beta_fast(kBetaFast);
    scaling.set_beta_slow(kBetaSlow);
  }
  scaling.set_factor(factor);
  if (is_new || overrides.scale != 0) {
    scaling.set_attention_factor(
        static_cast<float>(YarnAttentionFactor(factor)));
  }
  if (overrides.yarn_orig_ctx != 0) {
    scaling.set_original_max_position_embeddings(
        static_cast<uint64_t>(overrides.yarn_orig_ctx));
  }
  if (overrides.yarn_beta_fast != 0) {
    scaling.set_beta_fast(static_cast<float>(overrides.yarn_beta_fast));
  }
  if (overrides.yarn_beta_slow != 0) {
    scaling.set_beta_slow(static_cast<float>(overrides.yarn_beta_slow));
  }
  // CheckHyperParameters refuses what is too much.
  constexpr double kMost = 1e18;
  model->set_max_position_embeddings(static_cast<uint64_t>(std::min(
      static_cast<double>(scaling.original_max_position_embeddings()) * factor,
      kMost)));
}

}  // namespace

absl::Status ApplyRopeOverrides(const RopeOverrides& overrides,
                                ModelConfig* model) {
  if (overrides.empty()) return absl::OkStatus();
  const Architecture* architecture = FindArchitecture(model->model_type());
  if (architecture != nullptr && architecture->rope_pairs == RopePairs::kNone) {
    return absl::InvalidArgumentError(
        "--rope_* and --yarn_* have no effect: this model does not rotate "
        "queries and keys");
  }
  if (overrides.freq_base != 0) {
    model->set_rope_theta(static_cast<float>(overrides.freq_base));
  }
  TESSERA_ASSIGN_OR_RETURN(const std::string type,
                           TypeOf(overrides, model->rope_scaling()));
  TESSERA_RETURN_IF_ERROR(CheckYarnOptions(overrides, type));
  if (type == "yarn") {
    SetYarn(overrides, model);
  } else if (type == "linear") {
    SetLinear(overrides, model->mutable_rope_scaling());
  } else if (type.empty()) {
    model->clear_rope_scaling();
  }
  return absl::OkStatus();
}

}  // namespace tessera
