// All layouts of one type of matrix, timed in turn.
#ifndef BENCH_GATE_LAYOUT_GROUP_H_
#define BENCH_GATE_LAYOUT_GROUP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/isa.h"
#include "bench/gate/decide.h"
#include "bench/gate/gate_result.h"
#include "bench/gate/gate_row.h"
#include "bench/gate/row_sampler.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/layout_profile.h"

namespace tessera {

struct LayoutCheckOptions {
  Isa isa = Isa::kScalar;
  std::vector<DType> types;
  std::vector<int64_t> tokens = {1, 64};
  int64_t rows = 2048;  // TinyLlama's ffn_down
  int64_t columns = 5632;
  // With several tokens, part of it: a pass is limited by multiplying, and some
  // layouts take a tenth of a second for all of it.
  int64_t gemm_rows = 512;
  LayoutProfile profile;  // what --layout=auto goes by
  GateRules rules;
  double auto_margin = 0.03;  // how far auto may be from the best
  double slot_seconds = 0.004;
  int least_rounds = 8;
  int most_rounds = 96;
  std::string filter;  // see MatchesFilter
};

// How near a layout comes to the limit.
struct LayoutSpeed {
  DType type = DType::kF32;
  LayoutOrder layout = LayoutOrder::kInterleaved;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t tokens = 0;
  RatioEstimate percent;  // of the limit, ratio 100 is all of it
  double noise = 1;       // as a ratio
  bool is_auto = false;   // auto takes this one
  std::vector<double> samples_ns;
  std::vector<double> limit_samples_ns;
};

// "figure Q4_0 interleaved t1": of a result that is about one layout.
std::string SpeedName(GateResult::Kind kind, DType type, LayoutOrder layout,
                      int64_t tokens);

struct LayoutCheckResult {
  std::vector<GateResult> results;  // kLayout and kAuto
  std::vector<LayoutSpeed> speeds;
};

// Whether some result about the type may be left by the filter.
bool IsWanted(DType type, int64_t tokens, absl::string_view filter);

// A matrix of one type in each layout, interleaved twice, which shows the
// noise, and the limit of the machine. They are open at the same time and take
// turns within one process and on one thread.
class LayoutGroup {
 public:
  // `comparisons`: of all groups, since one is enough to fail. All must outlive
  // the object.
  LayoutGroup(const LayoutCheckOptions& options, DType type, int64_t tokens,
              int comparisons, RowSampler& sampler);

  // Unimplemented or InvalidArgument if the type has no interleaved layout.
  absl::Status Open();
  // Times each layout until what it is compared for is known, or most_rounds.
  absl::Status Run();
  void AddTo(LayoutCheckResult* result) const;
  double InterleavedPercent() const {
    return Ratio(interleaved(), limit()).ratio * 100;
  }

 private:
  using Times = std::vector<double>;

  struct Lane {
    GateRow row;
    Times times;           // of the first rounds, until it is done
    bool is_done = false;  // what it is compared for is known
  };

  absl::Status AddLane(GateRow::Kind kind, LayoutOrder layout);
  absl::Status RunRound();
  // No longer times what can be told. True if that is everything.
  bool CloseWhatIsKnown();
  // Of everything that is compared.
  std::vector<GateResult> Compare() const;
  GateResult Compare(const Lane& before, const Lane& after,
                     GateResult::Kind kind) const;
  const Lane& AutoLane() const;

  const Lane& interleaved() const { return lanes_[0]; }
  const Lane& again() const { return lanes_[1]; }
  const Lane& limit() const { return lanes_.back(); }
  absl::Span<const Lane> others() const {
    return absl::MakeConstSpan(lanes_).subspan(2, lanes_.size() - 3);
  }
  double Noise() const {
    return NoiseFloor({again().times, interleaved().times});
  }
  // Of the rounds in which both ran.
  static PairedTimes Pair(const Lane& before, const Lane& after);
  static RatioEstimate Ratio(const Lane& before, const Lane& after);

  const LayoutCheckOptions& options_;
  const int comparisons_;
  RowSampler& sampler_;
  GateRow row_;
  std::vector<Lane> lanes_;
};

}  // namespace tessera

#endif  // BENCH_GATE_LAYOUT_GROUP_H_
