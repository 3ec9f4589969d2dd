#include "runtime/llm/rope_flags.h"

#include <string>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "base/number_flag.h"

using PositionsFlag = tessera::IntegerFlag<0, 1 << 26>;
using FrequencyFlag = tessera::RealFlag<0, 100'000'000'000'000>;
using ScaleFlag = tessera::RealFlag<0, 10'000'000>;

ABSL_FLAG(std::string, rope_scaling, "",
          "how the model's angles are stretched for contexts that are longer "
          "than those it was trained with: none, linear or yarn; empty: as the "
          "model says");
ABSL_FLAG(ScaleFlag, rope_scale, {0},
          "how many times longer contexts become; 0: as the model says");
ABSL_FLAG(ScaleFlag, rope_freq_scale, {0},
          "1 / --rope_scale, which gives the same; 0: as the model says");
ABSL_FLAG(FrequencyFlag, rope_freq_base, {0},
          "the base of the angles (rope_theta); 0: the model's");
ABSL_FLAG(PositionsFlag, yarn_orig_ctx, {0},
          "with YaRN: the context that the model had before; 0: what it was "
          "trained with");
ABSL_FLAG(ScaleFlag, yarn_beta_fast, {0},
          "with YaRN: pairs that turn more often within that context are not "
          "stretched; 0: the model's, or 32");
ABSL_FLAG(ScaleFlag, yarn_beta_slow, {0},
          "with YaRN: pairs that turn less often are stretched in full; 0: the "
          "model's, or 1");

namespace tessera {

absl::StatusOr<RopeOverrides> RopeOverridesFromFlags() {
  RopeOverrides rope;
  rope.scaling = absl::GetFlag(FLAGS_rope_scaling);
  rope.freq_base = absl::GetFlag(FLAGS_rope_freq_base).value;
  rope.scale = absl::GetFlag(FLAGS_rope_scale).value;
  const double inverse = absl::GetFlag(FLAGS_rope_freq_scale).value;
  if (inverse != 0 && rope.scale != 0) {
    return absl::InvalidArgumentError(
        "give either --rope_scale or --rope_freq_scale");
  }
  if (inverse != 0) rope.scale = 1 / inverse;
  rope.yarn_orig_ctx = absl::GetFlag(FLAGS_yarn_orig_ctx).value;
  rope.yarn_beta_fast = absl::GetFlag(FLAGS_yarn_beta_fast).value;
  rope.yarn_beta_slow = absl::GetFlag(FLAGS_yarn_beta_slow).value;
  return rope;
}

}  // namespace tessera
