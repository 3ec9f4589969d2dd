#include "runtime/llm/sampler_flags.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/number_flag.h"
#include "base/quoted.h"
#include "base/repeated_flag.h"
#include "base/status_macros.h"
#include "runtime/llm/dry_breakers.h"
#include "runtime/llm/input_flags.h"

using SeedFlag = tessera::IntegerFlag<-1, UINT32_MAX>;
using CountFlag = tessera::IntegerFlag<0>;
using LengthFlag = tessera::IntegerFlag<1>;
using WindowFlag = tessera::IntegerFlag<-1>;
using TemperatureFlag = tessera::RealFlag<0, 100'000>;
using ShareFlag = tessera::RealFlag<0, 100>;
using FactorFlag = tessera::RealFlag<1, 10'000>;
using PenaltyFlag = tessera::RealFlag<-10'000, 10'000>;
using MultiplierFlag = tessera::RealFlag<0, 10'000>;
using BaseFlag = tessera::RealFlag<100, 10'000>;

ABSL_FLAG(TemperatureFlag, temperature, {0.8},
          "how freely tokens are chosen, 0 to 1000; 0 always takes the "
          "likeliest");
ABSL_FLAG(CountFlag, top_k, {40},
          "choose among the k likeliest tokens; 0: all");
ABSL_FLAG(ShareFlag, top_p, {0.95},
          "choose among the likeliest tokens that together reach this "
          "probability, 0 to 1; 1: all");
ABSL_FLAG(ShareFlag, min_p, {0.05},
          "drop tokens whose probability is below this share of the "
          "likeliest's, 0 to 1; 0: none");
ABSL_FLAG(FactorFlag, repeat_penalty, {1.0},
          "above 1, recent tokens become less likely; 0.01 to 100");
ABSL_FLAG(WindowFlag, repeat_last_n, {64},
          "how many tokens are recent for the three penalties; 0: none; -1: "
          "all");
ABSL_FLAG(PenaltyFlag, presence_penalty, {0},
          "is taken off the logit of a token that is recent; -100 to 100");
ABSL_FLAG(PenaltyFlag, frequency_penalty, {0},
          "is taken off the logit of a token each time that it is recent; -100 "
          "to 100");
ABSL_FLAG(MultiplierFlag, dry_multiplier, {0},
          "above 0, tokens that go on with a repetition of n tokens lose "
          "multiplier * base ^ (n - allowed_length) of their logits (DRY)");
ABSL_FLAG(BaseFlag, dry_base, {1.75}, "the base of DRY, 1 to 100");
ABSL_FLAG(LengthFlag, dry_allowed_length, {2},
          "repetitions that are shorter are free of DRY");
ABSL_FLAG(WindowFlag, dry_penalty_last_n, {-1},
          "how many tokens DRY looks back; 0: none; -1: all");
ABSL_FLAG(tessera::RepeatedFlag, dry_sequence_breaker, {},
          "a text that ends repetitions for DRY; may be given several times, "
          "and then replaces line end, colon, quote and asterisk; none: there "
          "are none");
ABSL_FLAG(tessera::RepeatedFlag, logit_bias, {},
          "ID+NUMBER or ID-NUMBER: add it to the logit of token ID, such as "
          "15043+1.5; ID-inf: never choose it. With commas between several, or "
          "given several times");
ABSL_FLAG(SeedFlag, seed, {-1},
          "the seed of the random choice: the same seed gives the same text; "
          "-1: from the clock");

namespace tessera {
namespace {

absl::StatusOr<SamplerOptions::Bias> ParseBias(absl::string_view text) {
  const size_t sign = text.find_first_of("+-");
  SamplerOptions::Bias bias;
  const absl::string_view number =
      sign == absl::string_view::npos ? "" : text.substr(sign);
  // Not "1+-2": there is one sign.
  const bool is_number = number.size() > 1 &&
                         number.find_first_of("+-", 1) != 1 &&
                         absl::SimpleAtof(number, &bias.value);
  if (!is_number || !absl::SimpleAtoi(text.substr(0, sign), &bias.id) ||
      bias.id < 0 || std::isnan(bias.value) || bias.value == INFINITY) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ID+NUMBER, ID-NUMBER or ID-inf, found ", Quoted(text)));
  }
  return bias;
}

std::vector<std::string> BreakerTexts() {
  std::vector<std::string> texts =
      absl::GetFlag(FLAGS_dry_sequence_breaker).values;
  if (texts.empty()) return UsualDryBreakerTexts();
  if (texts.size() == 1 && texts[0] == "none") return {};
  for (std::string& text : texts) text = TypedText(text);
  return texts;
}

}  // namespace

absl::StatusOr<std::vector<SamplerOptions::Bias>> ParseLogitBias(
    absl::string_view text) {
  std::vector<SamplerOptions::Bias> biases;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    TESSERA_ASSIGN_OR_RETURN(const SamplerOptions::Bias bias, ParseBias(part));
    biases.push_back(bias);
  }
  return biases;
}

absl::Status ReadSamplerFlags(RunOptions* options) {
  SamplerOptions& sampler = options->sampler;
  sampler.temperature = absl::GetFlag(FLAGS_temperature).value;
  sampler.top_k = absl::GetFlag(FLAGS_top_k).value;
  sampler.top_p = absl::GetFlag(FLAGS_top_p).value;
  sampler.min_p = absl::GetFlag(FLAGS_min_p).value;
  sampler.repeat_penalty = absl::GetFlag(FLAGS_repeat_penalty).value;
  sampler.repeat_last_n = absl::GetFlag(FLAGS_repeat_last_n).value;
  sampler.presence_penalty = absl::GetFlag(FLAGS_presence_penalty).value;
  sampler.frequency_penalty = absl::GetFlag(FLAGS_frequency_penalty).value;
  sampler.dry.multiplier = absl::GetFlag(FLAGS_dry_multiplier).value;
  sampler.dry.base = absl::GetFlag(FLAGS_dry_base).value;
  sampler.dry.allowed_length = absl::GetFlag(FLAGS_dry_allowed_length).value;
  sampler.dry.penalty_last_n = absl::GetFlag(FLAGS_dry_penalty_last_n).value;
  options->dry_breaker_texts = BreakerTexts();
  for (const std::string& text : absl::GetFlag(FLAGS_logit_bias).values) {
    const auto biases = ParseLogitBias(text);
    if (!biases.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--logit_bias: ", biases.status().message()));
    }
    sampler.logit_bias.insert(sampler.logit_bias.end(), biases->begin(),
                              biases->end());
  }
  const int64_t seed = absl::GetFlag(FLAGS_seed).value;
  // Few digits, so that a person can type it again.
  sampler.seed = seed == -1 ? absl::GetCurrentTimeNanos() / 1000 % 1'000'000
                            : static_cast<uint64_t>(seed);
  return CheckSamplerOptions(sampler);
}

}  // namespace tessera
