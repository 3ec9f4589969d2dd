// Which layout a matrix should have, from times taken in turn.
#ifndef BENCH_ADVISE_LAYOUT_ADVICE_H_
#define BENCH_ADVISE_LAYOUT_ADVICE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "bench/advise/layout_turns.h"
#include "bench/gate/rank_test.h"
#include "formats/layout/layout_rule.h"

namespace tessera {

// Of the intervals.
inline constexpr double kAdviceConfidence = 0.99;
// Another layout than interleaved must be this much faster: its interval begins
// at 1 plus this, or above. Less is not worth giving up the fusing of gate and
// up, which only interleaved matrices have.
inline constexpr double kLeastGain = 0.02;
// Fewer rounds have no interval of that confidence.
inline constexpr int kLeastRounds = 8;

struct LayoutAdvice {
  MatrixDuty duty = MatrixDuty::kGemv;
  LayoutOrder layout = LayoutOrder::kInterleaved;
  LayoutEvidence evidence;  // over interleaved, or if that was chosen the next
  // Each of the others against interleaved: above 1 if it is faster.
  struct Gain {
    LayoutOrder layout = LayoutOrder::kInterleaved;
    RatioEstimate estimate;
    double seconds = 0;  // medians
    double interleaved_seconds = 0;
  };
  std::vector<Gain> gains;
};

// The cost of gemv is the time of one token's multiplication. That of gemm is
// the geometric mean over all of `tokens`, round by round: how long prompts are
// to be, nobody knows, so that a gain of some percent counts the same at one
// token and at hundreds. `times` are in the order of `tokens`. Nothing if
// interleaved or all others are not among them, or if no number of tokens is 1
// (for gemv) or greater (for gemm).
std::optional<LayoutAdvice> AdviseLayout(MatrixDuty duty,
                                         absl::Span<const int64_t> tokens,
                                         absl::Span<const LayoutTimes> times);

// The rule for matrices of exactly that type and size.
LayoutRule RuleFor(const TurnMatrix& matrix, const LayoutAdvice& advice);

}  // namespace tessera

#endif  // BENCH_ADVISE_LAYOUT_ADVICE_H_
