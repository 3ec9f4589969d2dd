#include "bench/gate/layout_check.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bench/gate/row_filter.h"

namespace tessera {
namespace {

constexpr double kConfidence = 0.95;
constexpr LayoutOrder kLayouts[] = {
    LayoutOrder::kInterleaved, LayoutOrder::kTransposed, LayoutOrder::kSwizzled,
    LayoutOrder::kRowMajor};
constexpr LayoutOrder kOthers[] = {
    LayoutOrder::kTransposed, LayoutOrder::kSwizzled, LayoutOrder::kRowMajor};

std::string ResultName(GateResult::Kind kind, DType type, LayoutOrder layout,
                       LayoutOrder other, int64_t tokens) {
  return absl::StrFormat("%s %s %s / %s t%d", GateResultKindName(kind),
                         DTypeName(type), LayoutOrderName(layout),
                         LayoutOrderName(other), tokens);
}

// Whether some result of the type may be left by the filter.
bool IsWanted(DType type, int64_t tokens, absl::string_view filter) {
  for (const LayoutOrder layout : kLayouts) {
    for (const auto kind : {GateResult::Kind::kFigure, GateResult::Kind::kFloor,
                            GateResult::Kind::kStored}) {
      if (MatchesFilter(SpeedName(kind, type, layout, tokens), filter)) {
        return true;
      }
    }
    for (const LayoutOrder other : kLayouts) {
      for (const auto kind :
           {GateResult::Kind::kLayout, GateResult::Kind::kAuto}) {
        if (MatchesFilter(ResultName(kind, type, layout, other, tokens),
                          filter)) {
          return true;
        }
      }
    }
  }
  return false;
}

// Rows of one type and number of tokens, which are open at the same time.
class LayoutGroup {
 public:
  LayoutGroup(const LayoutCheckOptions& options, DType type, int64_t tokens,
              int comparisons, RowSampler& sampler)
      : options_(options), comparisons_(comparisons), sampler_(sampler) {
    row_.isa = options.isa;
    row_.type = type;
    row_.rows = options.rows;
    row_.columns = options.columns;
    row_.tokens = tokens;
  }

  // Unimplemented if the type has no interleaved layout.
  absl::Status Open();
  absl::Status Run();
  void AddTo(LayoutCheckResult* result) const;
  double InterleavedPercent() const {
    return PairedRatio(interleaved().times, limit().times, kConfidence).ratio *
           100;
  }

 private:
  using Times = std::vector<double>;

  struct Lane {
    GateRow row;
    Times times;
  };

  absl::Status AddLane(GateRow::Kind kind, LayoutOrder layout);
  absl::Status RunRound();
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

  const LayoutCheckOptions& options_;
  const int comparisons_;
  RowSampler& sampler_;
  GateRow row_;
  std::vector<Lane> lanes_;
};

absl::Status LayoutGroup::AddLane(GateRow::Kind kind, LayoutOrder layout) {
  GateRow row = row_;
  row.kind = kind;
  row.layout = layout;
  TESSERA_RETURN_IF_ERROR(
      sampler_.Open(static_cast<int>(lanes_.size()), 0, row));
  lanes_.push_back({row, {}});
  return absl::OkStatus();
}

absl::Status LayoutGroup::Open() {
  const auto kernel = GateRow::Kind::kKernel;
  TESSERA_RETURN_IF_ERROR(AddLane(kernel, LayoutOrder::kInterleaved));
  TESSERA_RETURN_IF_ERROR(AddLane(kernel, LayoutOrder::kInterleaved));
  for (const LayoutOrder layout : kOthers) {
    const absl::Status status = AddLane(kernel, layout);
    if (!absl::IsUnimplemented(status) && !absl::IsInvalidArgument(status)) {
      TESSERA_RETURN_IF_ERROR(status);
    }
  }
  return AddLane(
      row_.tokens == 1 ? GateRow::Kind::kRead : GateRow::Kind::kMultiply,
      LayoutOrder::kInterleaved);
}

absl::Status LayoutGroup::Run() {
  int round = 0;
  for (const int look :
       LooksBetween(options_.least_rounds, options_.most_rounds)) {
    for (; round < look; ++round) TESSERA_RETURN_IF_ERROR(RunRound());
    const std::vector<GateResult> results = Compare();
    const bool undecided = std::any_of(
        results.begin(), results.end(),
        [](const GateResult& r) { return r.verdict == Verdict::kNoisy; });
    if (!undecided) break;
  }
  for (size_t i = 0; i < lanes_.size(); ++i) {
    sampler_.Close(static_cast<int>(i));
  }
  return absl::OkStatus();
}

absl::Status LayoutGroup::RunRound() {
  // Back and forth, so that a drift of the machine favours nobody.
  std::vector<double> sums(lanes_.size(), 0);
  const int count = static_cast<int>(lanes_.size());
  for (int step = 0; step < 2 * count; ++step) {
    const int id = step < count ? step : 2 * count - 1 - step;
    TESSERA_ASSIGN_OR_RETURN(const double ns,
                             sampler_.Sample(id, options_.slot_seconds));
    sums[id] += ns / 2;
  }
  for (int id = 0; id < count; ++id) lanes_[id].times.push_back(sums[id]);
  return absl::OkStatus();
}

const LayoutGroup::Lane& LayoutGroup::AutoLane() const {
  const LayoutRule* rule = options_.profile.Choose(
      row_.type, row_.tokens == 1 ? MatrixDuty::kGemv : MatrixDuty::kGemm,
      row_.rows, row_.columns);
  for (const Lane& lane : others()) {
    if (rule != nullptr && lane.row.layout == rule->layout) return lane;
  }
  return interleaved();
}

GateResult LayoutGroup::Compare(const Lane& before, const Lane& after,
                                GateResult::Kind kind) const {
  GateRules rules = options_.rules;
  rules.looks = static_cast<int>(
      LooksBetween(options_.least_rounds, options_.most_rounds).size());
  if (kind == GateResult::Kind::kAuto) {
    rules.least_effect = options_.auto_margin;
  }
  const Decision decision =
      Decide({before.times, after.times}, Noise(), comparisons_, rules);
  GateResult result;
  result.name = ResultName(kind, row_.type, after.row.layout, before.row.layout,
                           row_.tokens);
  result.kind = kind;
  result.row = after.row;
  result.value = decision.slowdown.ratio;
  result.lower = decision.slowdown.lower;
  result.upper = decision.slowdown.upper;
  result.samples = decision.slowdown.samples;
  result.noise = Noise();
  result.verdict = decision.verdict;
  if (decision.verdict == Verdict::kRegression) {
    result.why = absl::StrFormat(
        "%s takes %.1f %% longer than %s", LayoutOrderName(after.row.layout),
        (result.value - 1) * 100, LayoutOrderName(before.row.layout));
  }
  return result;
}

std::vector<GateResult> LayoutGroup::Compare() const {
  std::vector<GateResult> results;
  const Lane& chosen = AutoLane();
  const Lane* best = nullptr;
  double best_ratio = 0;
  for (const Lane& lane : others()) {
    results.push_back(Compare(lane, interleaved(), GateResult::Kind::kLayout));
  }
  // Against itself if nothing else is open.
  for (const Lane& lane : lanes_) {
    if (&lane == &chosen || &lane == &limit()) continue;
    if (lane.row.layout == chosen.row.layout) continue;
    const double ratio =
        PairedRatio(lane.times, chosen.times, kConfidence).ratio;
    if (best != nullptr && ratio <= best_ratio) continue;
    best = &lane;
    best_ratio = ratio;
  }
  if (best != nullptr) {
    results.push_back(Compare(*best, chosen, GateResult::Kind::kAuto));
  }
  return results;
}

void LayoutGroup::AddTo(LayoutCheckResult* result) const {
  for (GateResult& compared : Compare()) {
    if (MatchesFilter(compared.name, options_.filter)) {
      result->results.push_back(std::move(compared));
    }
  }
  for (const Lane& lane : lanes_) {
    if (&lane == &again() || &lane == &limit()) continue;
    LayoutSpeed speed;
    speed.type = row_.type;
    speed.layout = lane.row.layout;
    speed.rows = row_.rows;
    speed.columns = row_.columns;
    speed.tokens = row_.tokens;
    speed.percent = PairedRatio(lane.times, limit().times, kConfidence);
    speed.percent.ratio *= 100;
    speed.percent.lower *= 100;
    speed.percent.upper *= 100;
    speed.noise = Noise();
    speed.is_auto = &lane == &AutoLane();
    speed.samples_ns = lane.times;
    speed.limit_samples_ns = limit().times;
    result->speeds.push_back(std::move(speed));
  }
}

}  // namespace

std::string SpeedName(GateResult::Kind kind, DType type, LayoutOrder layout,
                      int64_t tokens) {
  return absl::StrCat(GateResultKindName(kind), " ", DTypeName(type), " ",
                      LayoutOrderName(layout), " t", tokens);
}

absl::StatusOr<LayoutCheckResult> CheckLayouts(
    const LayoutCheckOptions& options, RowSampler& sampler,
    ProgressFn progress) {
  LayoutCheckResult result;
  // Three other layouts and auto.
  const int comparisons =
      static_cast<int>(options.types.size() * options.tokens.size()) * 4;
  for (const DType type : options.types) {
    for (const int64_t tokens : options.tokens) {
      if (!IsWanted(type, tokens, options.filter)) continue;
      LayoutGroup group(options, type, tokens, comparisons, sampler);
      const absl::Status opened = group.Open();
      if (absl::IsUnimplemented(opened) || absl::IsInvalidArgument(opened)) {
        progress(absl::StrCat("left out: ", DTypeName(type), ": ",
                              opened.message()));
        continue;
      }
      TESSERA_RETURN_IF_ERROR(opened);
      TESSERA_RETURN_IF_ERROR(group.Run());
      group.AddTo(&result);
      progress(absl::StrFormat(
          "layouts of %s, %d tokens: interleaved reaches %.0f %% of the limit",
          DTypeName(type), tokens, group.InterleavedPercent()));
    }
  }
  return result;
}

}  // namespace tessera
