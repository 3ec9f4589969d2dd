#include "bench/gate/layout_group.h"

#include <algorithm>
#include <utility>

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

}  // namespace

std::string SpeedName(GateResult::Kind kind, DType type, LayoutOrder layout,
                      int64_t tokens) {
  return absl::StrCat(GateResultKindName(kind), " ", DTypeName(type), " ",
                      LayoutOrderName(layout), " t", tokens);
}

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

LayoutGroup::LayoutGroup(const LayoutCheckOptions& options, DType type,
                         int64_t tokens, int comparisons, RowSampler& sampler)
    : options_(options), comparisons_(comparisons), sampler_(sampler) {
  row_.isa = options.isa;
  row_.type = type;
  row_.rows = tokens == 1 ? options.rows : options.gemm_rows;
  row_.columns = options.columns;
  row_.tokens = tokens;
}

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
    if (CloseWhatIsKnown()) break;
  }
  for (size_t i = 0; i < lanes_.size(); ++i) {
    sampler_.Close(static_cast<int>(i));
  }
  return absl::OkStatus();
}

bool LayoutGroup::CloseWhatIsKnown() {
  const auto is_known = [this](const Lane& before, const Lane& after,
                               GateResult::Kind kind) {
    return before.row.layout == after.row.layout ||
           Compare(before, after, kind).verdict != Verdict::kNoisy;
  };
  const Lane& chosen = AutoLane();
  bool all = true;
  for (size_t id = 2; id + 1 < lanes_.size(); ++id) {
    Lane& lane = lanes_[id];
    lane.is_done = lane.is_done ||
                   (is_known(lane, interleaved(), GateResult::Kind::kLayout) &&
                    is_known(lane, chosen, GateResult::Kind::kAuto));
    all = all && lane.is_done;
  }
  // The others are compared with what auto takes.
  if (!all && &chosen != &interleaved()) {
    lanes_[&chosen - lanes_.data()].is_done = false;
  }
  for (size_t id = 2; id + 1 < lanes_.size(); ++id) {
    if (lanes_[id].is_done) sampler_.Close(static_cast<int>(id));
  }
  return all;
}

absl::Status LayoutGroup::RunRound() {
  // Back and forth, so that a drift of the machine favours nobody.
  std::vector<double> sums(lanes_.size(), 0);
  const int count = static_cast<int>(lanes_.size());
  for (int step = 0; step < 2 * count; ++step) {
    const int id = step < count ? step : 2 * count - 1 - step;
    if (lanes_[id].is_done) continue;
    TESSERA_ASSIGN_OR_RETURN(const double ns,
                             sampler_.Sample(id, options_.slot_seconds));
    sums[id] += ns / 2;
  }
  for (int id = 0; id < count; ++id) {
    if (!lanes_[id].is_done) lanes_[id].times.push_back(sums[id]);
  }
  return absl::OkStatus();
}

PairedTimes LayoutGroup::Pair(const Lane& before, const Lane& after) {
  const size_t rounds = std::min(before.times.size(), after.times.size());
  const auto first = [rounds](const Times& times) {
    return Times(times.begin(), times.begin() + rounds);
  };
  return {first(before.times), first(after.times)};
}

RatioEstimate LayoutGroup::Ratio(const Lane& before, const Lane& after) {
  const PairedTimes times = Pair(before, after);
  return PairedRatio(times.before, times.after, kConfidence);
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
      Decide(Pair(before, after), Noise(), comparisons_, rules);
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
    const double ratio = Ratio(lane, chosen).ratio;
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
    speed.percent = Ratio(lane, limit());
    speed.percent.ratio *= 100;
    speed.percent.lower *= 100;
    speed.percent.upper *= 100;
    speed.noise = Noise();
    speed.is_auto = &lane == &AutoLane();
    PairedTimes samples = Pair(lane, limit());
    speed.samples_ns = std::move(samples.before);
    speed.limit_samples_ns = std::move(samples.after);
    result->speeds.push_back(std::move(speed));
  }
}

}  // namespace tessera
