// Other angles than those that a model was stored with.
#ifndef RUNTIME_MODEL_ROPE_OVERRIDES_H_
#define RUNTIME_MODEL_ROPE_OVERRIDES_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "formats/arena/model_config.pb.h"

namespace tessera {

// What llama.cpp's --rope-* and --yarn-* say; 0 and "" leave what the model
// has. A plain value.
struct RopeOverrides {
  std::string scaling = "";   // "none", "linear" or "yarn"
  double freq_base = 0;       // theta
  double scale = 0;           // contexts become this many times longer
  int64_t yarn_orig_ctx = 0;  // positions before that
  double yarn_beta_fast = 0;
  double yarn_beta_slow = 0;

  bool empty() const {
    return scaling.empty() && freq_base == 0 && scale == 0 &&
           yarn_orig_ctx == 0 && yarn_beta_fast == 0 && yarn_beta_slow == 0;
  }
};

// Writes them into `model`, as if its config.json had said so; values are
// checked where those of all models are, by CheckHyperParameters. A scale
// without a type is for the model's own, or else linear. With YaRN the model
// counts as trained with scale * yarn_orig_ctx positions, and cosines and sines
// are times 1 + ln(scale) / 10; without yarn_orig_ctx, it is the number that
// the model has. InvalidArgument, naming the option, for what the model has no
// use for.
absl::Status ApplyRopeOverrides(const RopeOverrides& overrides,
                                ModelConfig* model);

}  // namespace tessera

#endif  // RUNTIME_MODEL_ROPE_OVERRIDES_H_
