#include "runtime/llm/generate_flags.h"

#include <string>

#include "absl/flags/flag.h"
#include "base/number_flag.h"
#include "base/parse_flags.h"
#include "base/repeated_flag.h"
#include "runtime/llm/input_flags.h"

using LimitFlag = tessera::IntegerFlag<-1>;
using LogprobsFlag = tessera::IntegerFlag<-1, 1000>;

ABSL_FLAG(LimitFlag, n_predict, {-1},
          "the most tokens to generate; -1: until the model ends its text or "
          "the context is full");
ABSL_FLAG(bool, ignore_eos, false, "go on where the model ends its text");
ABSL_FLAG(tessera::RepeatedFlag, stop, {},
          "a text that ends the generation, and is not printed; may be given "
          "several times. The spelling of a control token is one, too");
ABSL_FLAG(LogprobsFlag, logprobs, {-1},
          "with --json or --json_lines: the log probability of each token, and "
          "those of this many of the likeliest; -1: none");
ABSL_FLAG(bool, context_shift, false,
          "when the context is full, forget the older half of the text behind "
          "--keep, compute the rest again, and go on");
ABSL_FLAG(LimitFlag, keep, {0},
          "with --context_shift: tokens of the prompt that are not forgotten, "
          "besides begin of text; -1: all");

namespace tessera {

absl::Status ReadGenerateFlags(RunOptions* options) {
  GenerateOptions& generate = options->generate;
  generate.n_predict = absl::GetFlag(FLAGS_n_predict).value;
  generate.ignore_eos = absl::GetFlag(FLAGS_ignore_eos);
  for (const std::string& text : absl::GetFlag(FLAGS_stop).values) {
    generate.stop_texts.push_back(TypedText(text));
    if (text.empty()) {
      return absl::InvalidArgumentError("--stop: the text is empty");
    }
  }
  generate.logprobs = absl::GetFlag(FLAGS_logprobs).value;
  if (generate.logprobs >= 0 && !options->json && !options->json_lines) {
    if (!IsFromEnvironment("logprobs")) {
      return absl::InvalidArgumentError(
          "--logprobs is for --json and --json_lines");
    }
    generate.logprobs = -1;
  }
  const int64_t keep = absl::GetFlag(FLAGS_keep).value;
  if (absl::GetFlag(FLAGS_context_shift)) {
    generate.shift.emplace().keep = keep;
  } else if (keep != 0 && !IsFromEnvironment("keep")) {
    return absl::InvalidArgumentError("--keep is for --context_shift");
  }
  return absl::OkStatus();
}

}  // namespace tessera
