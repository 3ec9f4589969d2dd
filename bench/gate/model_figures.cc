#include "bench/gate/model_figures.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bench/gate/decide.h"
#include "bench/gate/rank_test.h"

namespace tessera {
namespace {

constexpr int kModel = 0;
constexpr int kAgain = 1;  // the same model once more, which shows the noise
constexpr int kLimit = 2;
constexpr double kSlotSeconds = 0.02;
constexpr double kConfidence = 0.95;

GateRow LimitOf(const GateRow& model) {
  GateRow limit;
  limit.kind =
      model.test.n_gen != 0 ? GateRow::Kind::kRead : GateRow::Kind::kMultiply;
  limit.isa = model.isa;
  limit.all_threads = true;
  limit.type = DType::kQ4_0;
  limit.rows = 2048;
  limit.columns = 5632;
  limit.tokens = 1;
  return limit;
}

// How many of the limit's passes are as much work as one of the model.
double Passes(const Work& model, const Work& limit, bool reads) {
  return reads ? model.weight_bytes / limit.weight_bytes
               : model.macs() / limit.macs();
}

absl::StatusOr<GateResult> Figure(const GateRow& row, int rounds,
                                  RowSampler& sampler) {
  const GateRow limit = LimitOf(row);
  TESSERA_RETURN_IF_ERROR(sampler.Open(kModel, 0, row));
  TESSERA_RETURN_IF_ERROR(sampler.Open(kAgain, 0, row));
  TESSERA_RETURN_IF_ERROR(sampler.Open(kLimit, 0, limit));
  const double passes = Passes(sampler.WorkOf(kModel), sampler.WorkOf(kLimit),
                               limit.kind == GateRow::Kind::kRead);
  GateResult result;
  PairedTimes same;
  for (int round = 0; round < rounds; ++round) {
    double sums[] = {0, 0, 0};
    for (const int id : {kModel, kAgain, kLimit, kLimit, kAgain, kModel}) {
      TESSERA_ASSIGN_OR_RETURN(const double ns,
                               sampler.Sample(id, kSlotSeconds));
      sums[id] += ns / 2;
    }
    result.samples_ns.push_back(sums[kModel]);
    result.limit_samples_ns.push_back(sums[kLimit] * passes);
    same.before.push_back(sums[kModel]);
    same.after.push_back(sums[kAgain]);
  }
  for (const int id : {kModel, kAgain, kLimit}) sampler.Close(id);
  const RatioEstimate share =
      PairedRatio(result.samples_ns, result.limit_samples_ns, kConfidence);
  result.name = absl::StrCat("figure ", row.Name());
  result.kind = GateResult::Kind::kFigure;
  result.unit = GateResult::Unit::kPercent;
  result.row = row;
  result.value = share.ratio * 100;
  result.lower = share.lower * 100;
  result.upper = share.upper * 100;
  result.samples = share.samples;
  result.baseline = 100;
  result.noise = NoiseFloor(same);
  result.verdict = Verdict::kPass;
  return result;
}

}  // namespace

absl::StatusOr<std::vector<GateResult>> ModelFigures(
    const std::vector<GateRow>& rows, int rounds, RowSampler& sampler,
    ProgressFn progress) {
  std::vector<GateResult> results;
  for (const GateRow& row : rows) {
    TESSERA_ASSIGN_OR_RETURN(results.emplace_back(),
                             Figure(row, rounds, sampler));
    progress(absl::StrFormat("%s: %.0f %% of the limit", results.back().name,
                             results.back().value));
  }
  return results;
}

}  // namespace tessera
