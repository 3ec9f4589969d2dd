// The perplexity tool without its command line.
#ifndef RUNTIME_LLM_MEASURE_PERPLEXITY_H_
#define RUNTIME_LLM_MEASURE_PERPLEXITY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/llm/perplexity_report.pb.h"
#include "runtime/loader/load_options.h"

namespace tessera {

struct PerplexityOptions {
  std::string arena;        // path
  std::string base;         // path of the arena to compare with; empty: none
  int64_t ctx_size = 512;   // tokens of a window
  bool score_all = false;   // see WindowOptions
  int64_t max_windows = 0;  // 0: all
  int threads = 0;          // 0: all CPUs
  LoadOptions load;         // of each arena
  bool quiet = false;       // no progress on stderr
};

// How well the model in options.arena predicts `text`, which its tokenizer cuts
// into tokens. With a base, both models read the same windows, one piece after
// another, so that no distributions are kept. Messages start with the path of
// the arena that they are about. InvalidArgument if the text is shorter than a
// window, the arena has no tokenizer, or the two have different vocabularies.
absl::StatusOr<PerplexityReport> MeasurePerplexity(
    const PerplexityOptions& options, absl::string_view text);

}  // namespace tessera

#endif  // RUNTIME_LLM_MEASURE_PERPLEXITY_H_
