#include "bench/comparison.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/build_info.h"
#include "base/file_error.h"
#include "base/host_info.h"
#include "base/status_macros.h"
#include "bench/model_suite.h"

namespace tessera {

RateRatio CompareRates(absl::Span<const double> ours,
                       absl::Span<const double> peer) {
  RateRatio result;
  result.ours = SpreadOf({ours.begin(), ours.end()});
  result.peer = SpreadOf({peer.begin(), peer.end()});
  result.ratio = SpreadOf(Ratios(ours, peer));
  result.same = SpreadOf(SuccessiveRatios(ours));
  return result;
}

Comparison::Comparison(const ComparisonOptions& options, ThreadPool& pool)
    : options_(options), pool_(pool), builds_(options.peers.size()) {
  report_.table = "comparison";
  report_.columns = {{"model", false}, {"layout", false}, {"peer", false},
                     {"test"},         {"ours t/s"},      {"peer t/s"},
                     {"ratio"},        {"min"},           {"max"},
                     {"A/A min"},      {"A/A max"}};
  report_.before = {absl::StrFormat(
      "%d rounds, back and forth, each the mean of %d repetitions; %d threads, "
      "%s; medians of rounds",
      options_.rounds, options_.repetitions, pool_.size(),
      IsaName(options_.model.isa))};
}

absl::Status Comparison::Run(const std::string& arena, const std::string& gguf,
                             ProgressFn progress) {
  ModelOptions model_options = options_.model;
  model_options.ctx_size = PositionsOf(options_.tests);
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<BenchedModel> model,
                           BenchedModel::Open(arena, model_options, pool_));
  Rates rates(options_.peers.size() + 1,
              std::vector<RoundRates>(options_.tests.size()));
  for (int round = 0; round < options_.rounds; ++round) {
    TESSERA_RETURN_IF_ERROR(RunRound(round, *model, gguf, progress, &rates));
  }
  for (size_t t = 0; t < options_.tests.size(); ++t) {
    for (size_t p = 0; p < options_.peers.size(); ++p) {
      AddResult(*model, options_.tests[t], p, rates[0][t], rates[p + 1][t]);
    }
  }
  return absl::OkStatus();
}

absl::Status Comparison::RunRound(int round, BenchedModel& model,
                                  const std::string& gguf, ProgressFn progress,
                                  Rates* rates) {
  const size_t programs = options_.peers.size() + 1;
  for (size_t i = 0; i < programs; ++i) {
    const size_t program = round % 2 == 0 ? i : programs - 1 - i;
    if (program == 0) {
      TESSERA_RETURN_IF_ERROR(RunOurs(model, rates));
    } else {
      TESSERA_ASSIGN_OR_RETURN(
          const std::vector<LlamaBenchResult> results,
          RunPeer(options_.peers[program - 1], gguf, options_.tests,
                  options_.repetitions, pool_.size()));
      for (size_t t = 0; t < results.size(); ++t) {
        (*rates)[program][t].push_back(results[t].avg_ts);
        builds_[program - 1] = results[t].build;
      }
    }
    std::vector<std::string> parts;
    for (size_t t = 0; t < options_.tests.size(); ++t) {
      parts.push_back(absl::StrFormat("%s %.2f", options_.tests[t].name(),
                                      (*rates)[program][t].back()));
    }
    progress(absl::StrFormat(
        "round %d of %d, %s: %s", round + 1, options_.rounds,
        program == 0 ? "ours" : options_.peers[program - 1].program,
        absl::StrJoin(parts, ", ")));
  }
  return absl::OkStatus();
}

absl::Status Comparison::RunOurs(BenchedModel& model, Rates* rates) {
  for (size_t t = 0; t < options_.tests.size(); ++t) {
    const ModelTestCase& test = options_.tests[t];
    const absl::Status status = model.WarmUp(test);
    if (!status.ok()) return WithPath(model.path(), status);
    std::vector<double> samples;
    for (int i = 0; i < options_.repetitions; ++i) {
      const absl::StatusOr<double> ns = model.Sample(test);
      if (!ns.ok()) return WithPath(model.path(), ns.status());
      samples.push_back(static_cast<double>(test.tokens()) * 1e9 / *ns);
    }
    (*rates)[0][t].push_back(Mean(samples));
  }
  return absl::OkStatus();
}

void Comparison::AddResult(const BenchedModel& model, const ModelTestCase& test,
                           size_t peer, const RoundRates& ours,
                           const RoundRates& theirs) {
  const RateRatio result = CompareRates(ours, theirs);
  const std::string arguments =
      absl::StrJoin(options_.peers[peer].arguments, " ");
  AddRecord(model, test, peer, {ours, theirs}, result);
  const auto two_digits = [](double value) {
    return absl::StrFormat("%.2f", value);
  };
  report_.rows.push_back(
      {std::filesystem::path(model.path()).stem().string(), model.layout(),
       absl::StrCat(builds_[peer], arguments.empty() ? "" : " ", arguments),
       test.name(), two_digits(result.ours.median),
       two_digits(result.peer.median), two_digits(result.ratio.median),
       two_digits(result.ratio.min), two_digits(result.ratio.max),
       two_digits(result.same.min), two_digits(result.same.max)});
}

void Comparison::AddRecord(const BenchedModel& model, const ModelTestCase& test,
                           size_t peer, const RatePair& rates,
                           const RateRatio& result) {
  report_.records.push_back({
      {"build_commit", std::string(ShortBuildCommit())},
      {"cpu_info", CpuName()},
      {"test_time", TimeStamp()},
      {"n_threads", int64_t{pool_.size()}},
      {"isa", std::string(IsaName(options_.model.isa))},
      {"model_filename", model.path()},
      {"model_type", model.description()},
      {"model_size", static_cast<int64_t>(model.size())},
      {"layout", model.layout()},
      {"peer", options_.peers[peer].program},
      {"peer_build", builds_[peer]},
      {"peer_args", absl::StrJoin(options_.peers[peer].arguments, " ")},
      {"n_prompt", test.n_prompt},
      {"n_gen", test.n_gen},
      {"n_depth", test.n_depth},
      {"test", test.name()},
      {"rounds", int64_t{options_.rounds}},
      {"repetitions", int64_t{options_.repetitions}},
      {"ts", result.ours.median},
      {"peer_ts", result.peer.median},
      {"ratio", result.ratio.median},
      {"ratio_min", result.ratio.min},
      {"ratio_max", result.ratio.max},
      {"same_min", result.same.min},
      {"same_max", result.same.max},
      {"samples_ts", rates.ours},
      {"peer_samples_ts", rates.theirs},
  });
}

BenchReport Comparison::Finish() {
  report_.after = {
      "A/A: our rate divided by that of the round before. A ratio within that "
      "range shows nothing."};
  return std::move(report_);
}

}  // namespace tessera
