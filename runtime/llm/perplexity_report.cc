#include "runtime/llm/perplexity_report.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/counted.h"
#include "base/printable.h"
#include "formats/json/message_json.h"

namespace tessera {
namespace {

using Comparison = PerplexityReport::Comparison;

PerplexityReport::Estimate ToProto(const MeanEstimate& estimate) {
  PerplexityReport::Estimate proto;
  proto.set_mean(estimate.mean());
  proto.set_standard_error(estimate.standard_error());
  return proto;
}

std::string ComparisonText(const Comparison& comparison) {
  std::string text = absl::StrFormat(
      "base        perplexity %.4f, nll %.6f +/- %.6f: %s\n",
      comparison.base_perplexity(), comparison.base_nll().mean(),
      comparison.base_nll().standard_error(), Printable(comparison.base()));
  absl::StrAppendFormat(
      &text,
      "KL          %.3g +/- %.2g nats; median %.3g, 90 %% below %.3g, 99 %% "
      "below %.3g, largest %.3g\n",
      comparison.kl_divergence().mean(),
      comparison.kl_divergence().standard_error(),
      comparison.kl_divergence_median(), comparison.kl_divergence_90(),
      comparison.kl_divergence_99(), comparison.kl_divergence_max());
  absl::StrAppendFormat(
      &text,
      "right token RMS difference of its probability %.3g %%; same top token "
      "%.2f +/- %.2f %%\n",
      100 * comparison.rms_probability_difference(),
      100 * comparison.same_top().mean(),
      100 * comparison.same_top().standard_error());
  return text;
}

}  // namespace

void SetScores(const ScoreStatistics& scores, PerplexityReport* report) {
  report->set_scored_tokens(static_cast<uint32_t>(scores.nll().count()));
  *report->mutable_nll() = ToProto(scores.nll());
  report->set_perplexity(scores.perplexity());
  report->set_perplexity_standard_error(scores.perplexity() *
                                        scores.nll().standard_error());
  if (!report->has_comparison()) return;
  Comparison& comparison = *report->mutable_comparison();
  *comparison.mutable_base_nll() = ToProto(scores.base_nll());
  comparison.set_base_perplexity(std::exp(scores.base_nll().mean()));
  *comparison.mutable_kl_divergence() = ToProto(scores.kl_divergence());
  comparison.set_kl_divergence_median(scores.KlQuantile(0.5));
  comparison.set_kl_divergence_90(scores.KlQuantile(0.9));
  comparison.set_kl_divergence_99(scores.KlQuantile(0.99));
  comparison.set_kl_divergence_max(scores.KlQuantile(1));
  comparison.set_rms_probability_difference(
      scores.rms_probability_difference());
  *comparison.mutable_same_top() = ToProto(scores.same_top());
}

std::string PerplexityText(const PerplexityReport& report) {
  std::string text =
      absl::StrFormat("perplexity  %.4f +/- %.4f\n", report.perplexity(),
                      report.perplexity_standard_error());
  absl::StrAppendFormat(&text, "nll         %.6f +/- %.6f nats per token\n",
                        report.nll().mean(), report.nll().standard_error());
  if (report.has_comparison()) {
    absl::StrAppend(&text, ComparisonText(report.comparison()));
  }
  absl::StrAppendFormat(
      &text, "scored      %s, %s of %s of %s\n",
      Counted(static_cast<uint64_t>(report.scored_tokens()), "token"),
      report.score() == "all" ? "all" : "the second half",
      report.windows() == 1
          ? "one window"
          : absl::StrCat("each of ", Counted(report.windows(), "window")),
      Counted(report.ctx_size(), "token"));
  absl::StrAppendFormat(&text, "time        %.2f s, %.1f tokens/s, %s, %s\n",
                        report.seconds(), report.tokens_per_second(),
                        report.isa(), Counted(report.threads(), "thread"));
  return text;
}

absl::StatusOr<std::string> PerplexityJson(const PerplexityReport& report) {
  return MessageAsJson(report, /*indented=*/false);
}

}  // namespace tessera
