#include "bench/advise/advice_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

BenchReport EmptyAdviceReport(const ProfileMachine& machine) {
  BenchReport report;
  report.table = "layout_advice";
  report.columns = {{"type", false},    {"duty", false},   {"rows"},
                    {"columns"},        {"layout", false}, {"us"},
                    {"interleaved us"}, {"gain"},          {"99 % interval"},
                    {"rounds"},         {"chosen", false}};
  report.before.push_back(
      absl::StrFormat("%s, %s, %d threads; gain: how many times as fast as "
                      "interleaved, in turn",
                      machine.cpu, machine.isa, machine.threads));
  return report;
}

void AddAdvice(const TurnMatrix& matrix, const LayoutAdvice& advice,
               const ProfileMachine& machine, BenchReport* report) {
  const std::string type = DTypeName(matrix.type);
  const std::string duty(MatrixDutyName(advice.duty));
  for (const LayoutAdvice::Gain& gain : advice.gains) {
    const RatioEstimate& estimate = gain.estimate;
    const std::string layout(LayoutOrderName(gain.layout));
    const bool chosen = gain.layout == advice.layout;
    report->records.push_back({
        {"cpu_info", machine.cpu},
        {"isa", machine.isa},
        {"n_threads", int64_t{machine.threads}},
        {"type", type},
        {"duty", duty},
        {"rows", matrix.rows},
        {"columns", matrix.columns},
        {"layout", layout},
        {"time_us", gain.seconds * 1e6},
        {"interleaved_time_us", gain.interleaved_seconds * 1e6},
        {"gain", estimate.ratio},
        {"gain_lower", estimate.lower},
        {"gain_upper", estimate.upper},
        {"rounds", int64_t{estimate.samples}},
        {"chosen", chosen},
    });
    report->rows.push_back(
        {type, duty, absl::StrCat(matrix.rows), absl::StrCat(matrix.columns),
         layout, absl::StrFormat("%.1f", gain.seconds * 1e6),
         absl::StrFormat("%.1f", gain.interleaved_seconds * 1e6),
         absl::StrFormat("%.3f", estimate.ratio),
         absl::StrFormat("%.3f..%.3f", estimate.lower, estimate.upper),
         absl::StrCat(estimate.samples), chosen ? "yes" : ""});
  }
}

std::string AdviceText(const LayoutAdvice& advice) {
  const LayoutEvidence& evidence = advice.evidence;
  return absl::StrFormat(
      "%s %s %.2fx %s (%.2f to %.2f)", MatrixDutyName(advice.duty),
      LayoutOrderName(advice.layout), evidence.ratio,
      LayoutOrderName(evidence.over), evidence.lower, evidence.upper);
}

}  // namespace tessera
