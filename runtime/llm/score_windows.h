// A text's token ids through one model, or two side by side.
#ifndef RUNTIME_LLM_SCORE_WINDOWS_H_
#define RUNTIME_LLM_SCORE_WINDOWS_H_

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "runtime/llm/score_statistics.h"
#include "runtime/model/decoder.h"

namespace tessera {

// Text is cut into windows of so many tokens, each of which is a sequence of
// its own; what is left at the end is not used.
struct WindowOptions {
  int64_t tokens = 512;
  // False: the tokens of the second half of each window, which have much before
  // them, are scored, as llama-perplexity does. True: all but the first.
  bool score_all = false;
  int64_t max_windows = 0;  // 0: all
  // Takes the place of the first id of every window.
  std::optional<int32_t> begin_of_text;
};

// How many windows `ids` tokens give.
int64_t WindowCount(int64_t ids, const WindowOptions& options);

// Rows of logits that a decoder should have room for: little memory even for
// large vocabularies, enough tokens for fast matrix products.
int64_t LogitRows(int64_t vocab_size, const WindowOptions& options);

// Is told that so many windows are done, with the scores so far. False ends it.
using WindowDoneFn =
    absl::FunctionRef<bool(int64_t windows, const ScoreStatistics& scores)>;

// Scores `ids` with `decoder` and, unless `base` is null, compares with that.
// Decoders have a context of at least options.tokens; `pool` is theirs. The
// result does not depend on the number of threads. InvalidArgument if `ids`
// fill no window or are not in the vocabulary; errors of Decoder::Forward.
absl::StatusOr<ScoreStatistics> ScoreWindows(absl::Span<const int32_t> ids,
                                             const WindowOptions& options,
                                             Decoder& decoder, Decoder* base,
                                             ThreadPool& pool,
                                             WindowDoneFn on_window);

}  // namespace tessera

#endif  // RUNTIME_LLM_SCORE_WINDOWS_H_
