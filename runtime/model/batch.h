// Tokens that go through the layers together.
#ifndef RUNTIME_MODEL_BATCH_H_
#define RUNTIME_MODEL_BATCH_H_

#include <algorithm>
#include <cstdint>

#include "absl/types/span.h"
#include "runtime/model/sequence.h"

namespace tessera {

// Consecutive tokens of one sequence, in consecutive rows of a batch.
struct TokenRun {
  const Sequence* sequence;  // has blocks for these tokens
  int64_t first_position;
  int64_t first_row;
  int64_t count;

  bool IsContinuedBy(const TokenRun& next) const {
    return next.sequence == sequence &&
           next.first_position == first_position + count &&
           next.first_row == first_row + count;
  }

  // The rows from `row` on; none, if it ends before.
  TokenRun From(int64_t row) const {
    const int64_t skipped = std::clamp<int64_t>(row - first_row, 0, count);
    return {sequence, first_position + skipped, first_row + skipped,
            count - skipped};
  }
};

// Rows of tokens, of one sequence or of several. Those whose logits are wanted
// are the last ones: what the last layer computes after its keys and values is
// for them alone.
struct Batch {
  absl::Span<const int32_t> ids;        // [tokens]
  absl::Span<const int64_t> positions;  // [tokens], each in its sequence
  absl::Span<const TokenRun> runs;      // cover all rows, in their order
  int64_t logit_tokens;                 // the last ones
  float* logits;                        // [logit_tokens][rows of the output]
  // Not null: instead of logits, the last layer's output after the norm that
  // the output matrix reads, [logit_tokens][hidden_size].
  float* hidden;

  int64_t tokens() const { return static_cast<int64_t>(ids.size()); }

  // Positions that the sequence of a row can have.
  int64_t MaxPositions(int64_t row) const {
    const TokenRun* run = runs.data();
    while (row >= run->first_row + run->count) ++run;
    return run->sequence->max_positions();
  }
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_BATCH_H_
