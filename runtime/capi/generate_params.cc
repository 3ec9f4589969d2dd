#include "runtime/capi/generate_params.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

tessera_generate_params DefaultParams() {
  const SamplerOptions sampler;
  const GenerateOptions limits;
  tessera_generate_params params = {};
  params.struct_size = sizeof(params);
  params.temperature = sampler.temperature;
  params.top_k = sampler.top_k;
  params.top_p = sampler.top_p;
  params.min_p = sampler.min_p;
  params.repeat_penalty = sampler.repeat_penalty;
  params.seed = -1;
  params.n_predict = limits.n_predict;
  params.ignore_eos = limits.ignore_eos;
  params.repeat_last_n = sampler.repeat_last_n;
  params.frequency_penalty = sampler.frequency_penalty;
  params.presence_penalty = sampler.presence_penalty;
  params.dry_multiplier = sampler.dry.multiplier;
  params.dry_base = sampler.dry.base;
  params.dry_allowed_length = sampler.dry.allowed_length;
  params.dry_penalty_last_n = sampler.dry.penalty_last_n;
  return params;
}

absl::StatusOr<uint64_t> SeedOf(int64_t seed) {
  if (seed < -1 || seed > std::numeric_limits<uint32_t>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat("seed is ", seed, ", expected -1 to 4294967295"));
  }
  // Few digits, so that a person can type it again.
  if (seed == -1) return absl::GetCurrentTimeNanos() / 1000 % 1'000'000;
  return static_cast<uint64_t>(seed);
}

void ReadPenalties(const tessera_generate_params& params,
                   SamplerOptions* sampler) {
  sampler->repeat_last_n = params.repeat_last_n;
  sampler->frequency_penalty = params.frequency_penalty;
  sampler->presence_penalty = params.presence_penalty;
  sampler->dry.multiplier = params.dry_multiplier;
  sampler->dry.base = params.dry_base;
  sampler->dry.allowed_length = params.dry_allowed_length;
  sampler->dry.penalty_last_n = params.dry_penalty_last_n;
}

absl::Status ReadBiases(const tessera_generate_params& params,
                        SamplerOptions* sampler) {
  if (params.bias_count == 0) return absl::OkStatus();
  if (params.bias_ids == nullptr || params.bias_values == nullptr) {
    return absl::InvalidArgumentError(
        "bias_count is not 0, but bias_ids or bias_values is NULL");
  }
  for (size_t i = 0; i < params.bias_count; ++i) {
    sampler->logit_bias.push_back({params.bias_ids[i], params.bias_values[i]});
  }
  return absl::OkStatus();
}

absl::Status ReadStopTexts(const tessera_generate_params& params,
                           GenerateOptions* limits) {
  if (params.stop_count > 0 && params.stop == nullptr) {
    return absl::InvalidArgumentError("stop_count is not 0, but stop is NULL");
  }
  for (size_t i = 0; i < params.stop_count; ++i) {
    if (params.stop[i] == nullptr || params.stop[i][0] == '\0') {
      return absl::InvalidArgumentError(
          absl::StrCat("stop[", i, "] is no text"));
    }
    limits->stop_texts.push_back(params.stop[i]);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GenerateRequest> ReadGenerateParams(
    const tessera_generate_params* given) {
  tessera_generate_params params = DefaultParams();
  if (given != nullptr) {
    if (given->struct_size < sizeof(given->struct_size)) {
      return absl::InvalidArgumentError(
          "params are not initialized; use tessera_generate_params_init");
    }
    std::memcpy(&params, given, std::min(given->struct_size, sizeof(params)));
  }
  GenerateRequest request;
  request.sampler.temperature = params.temperature;
  request.sampler.top_k = params.top_k;
  request.sampler.top_p = params.top_p;
  request.sampler.min_p = params.min_p;
  request.sampler.repeat_penalty = params.repeat_penalty;
  TESSERA_ASSIGN_OR_RETURN(request.sampler.seed, SeedOf(params.seed));
  ReadPenalties(params, &request.sampler);
  TESSERA_RETURN_IF_ERROR(ReadBiases(params, &request.sampler));
  TESSERA_RETURN_IF_ERROR(CheckSamplerOptions(request.sampler));
  TESSERA_RETURN_IF_ERROR(ReadStopTexts(params, &request.limits));
  if (params.n_predict < -1) {
    return absl::InvalidArgumentError("n_predict is less than -1");
  }
  request.limits.n_predict = params.n_predict;
  request.limits.ignore_eos = params.ignore_eos;
  return request;
}

}  // namespace tessera

void tessera_generate_params_init(tessera_generate_params* params,
                                  size_t struct_size) {
  if (params == nullptr) return;
  tessera_generate_params defaults = tessera::DefaultParams();
  defaults.struct_size = struct_size;
  std::memcpy(params, &defaults, std::min(struct_size, sizeof(defaults)));
}
