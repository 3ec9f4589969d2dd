#include "bench/model_suite.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/file_error.h"
#include "base/host_info.h"
#include "base/interrupt.h"
#include "base/status_macros.h"
#include "bench/model_result.h"
#include "bench/size_text.h"
#include "bench/statistics.h"

namespace tessera {
int64_t PositionsOf(const std::vector<ModelTestCase>& tests) {
  int64_t positions = 1;
  for (const ModelTestCase& test : tests) {
    positions = std::max(positions, test.positions());
  }
  return positions;
}

absl::StatusOr<std::unique_ptr<ModelSuite>> ModelSuite::Create(
    const ModelSuiteOptions& options, ThreadPool& pool) {
  const uint64_t bytes =
      options.memory_bytes != 0
          ? options.memory_bytes
          : ColdBytes(LastLevelCacheBytes(), AvailableMemory());
  TESSERA_ASSIGN_OR_RETURN(std::unique_ptr<ColdBuffer> memory,
                           ColdBuffer::Create(bytes, pool));
  return std::unique_ptr<ModelSuite>(
      new ModelSuite(options, pool, std::move(memory)));
}

ModelSuite::ModelSuite(const ModelSuiteOptions& options, ThreadPool& pool,
                       std::unique_ptr<ColdBuffer> memory)
    : options_(options),
      pool_(pool),
      memory_(std::move(memory)),
      meter_(pool_, *memory_, options_.model.isa, options_.limit_seconds),
      limits_(meter_.Measure()) {
  report_.table = "test";
  report_.columns = ModelColumns();
  report_.before = {absl::StrCat("limits, ", IsaName(options_.model.isa), ", ",
                                 pool_.size(),
                                 " threads: ", LimitsText(limits_))};
}

absl::Status ModelSuite::Run(absl::Span<const std::string> arenas,
                             ProgressFn progress) {
  ModelOptions model_options = options_.model;
  model_options.ctx_size = PositionsOf(options_.tests);
  std::vector<std::unique_ptr<BenchedModel>> models;
  for (const std::string& arena : arenas) {
    progress(absl::StrCat("open and warm up ", arena));
    TESSERA_ASSIGN_OR_RETURN(models.emplace_back(),
                             BenchedModel::Open(arena, model_options, pool_));
    for (const ModelTestCase& test : options_.tests) {
      const absl::Status status = models.back()->WarmUp(test);
      if (!status.ok()) return WithPath(arena, status);
    }
  }
  for (const auto& model : models) {
    const LoadReport& load = model->load();
    if (load.why_not_huge.empty()) continue;
    page_notes_.push_back(absl::StrFormat(
        "%s: %.0f %% in huge pages: %s; what helps: %s", model->path(),
        load.huge_share() * 100, load.why_not_huge, load.how_to_repair));
  }
  for (const ModelTestCase& test : options_.tests) {
    if (WasInterrupted()) break;
    TESSERA_RETURN_IF_ERROR(RunTest(test, models, progress));
  }
  return absl::OkStatus();
}

absl::Status ModelSuite::RunTest(
    const ModelTestCase& test,
    absl::Span<const std::unique_ptr<BenchedModel>> models,
    ProgressFn progress) {
  const MachineLimits before = meter_.Measure();
  std::vector<std::vector<double>> samples_ns(models.size());
  for (int repetition = 0; repetition < options_.repetitions; ++repetition) {
    for (size_t i = 0; i < models.size(); ++i) {
      // Back and forth: a b c, c b a, ...
      const size_t m = repetition % 2 == 0 ? i : models.size() - 1 - i;
      absl::StatusOr<double> ns = models[m]->Sample(test);
      if (!ns.ok()) return WithPath(models[m]->path(), ns.status());
      samples_ns[m].push_back(*ns);
    }
  }
  limits_ = meter_.Measure();
  drift_ = std::max(drift_, Drift(before, limits_));
  for (size_t m = 0; m < models.size(); ++m) {
    const ModelResult result = {test,
                                models[m].get(),
                                samples_ns[m],
                                Middle(before, limits_),
                                options_.model.isa,
                                pool_.size()};
    report_.records.push_back(ModelRecord(result));
    report_.rows.push_back(ModelRow(result));
    progress(absl::StrFormat("%s %s: %.2f tokens/s", models[m]->path(),
                             test.name(), Mean(result.Rates())));
  }
  return absl::OkStatus();
}

BenchReport ModelSuite::Finish() {
  report_.after = {absl::StrFormat(
      "limits drifted by %.1f %% at most within a test; read from %s of memory",
      drift_ * 100, BinarySize(memory_->size()))};
  for (const std::string& line : page_notes_) report_.after.push_back(line);
  report_.limit_drift = drift_;
  return std::move(report_);
}

}  // namespace tessera
