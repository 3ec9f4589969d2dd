#include "bench/kernel_suite.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/host_info.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "bench/cold_buffer.h"
#include "bench/kernel_bench.h"
#include "bench/kernel_report.h"
#include "bench/kernel_timing.h"
#include "bench/machine_limits.h"
#include "bench/statistics.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/kernels/kernels.inc"

namespace tessera {
namespace {

// What is measured together, between two measurements of the limits.
struct Group {
  Isa isa;
  DType type;
  LayoutOrder layout;
};

class KernelSuite {
 public:
  KernelSuite(const KernelSuiteOptions& options, ColdBuffer& memory,
              ThreadPool& pool, ProgressFn progress)
      : options_(options),
        memory_(memory),
        pool_(pool),
        progress_(progress),
        report_(EmptyKernelReport()) {}

  absl::StatusOr<BenchReport> Run();

 private:
  absl::Status RunIsa(Isa isa);
  // `limits` are those before, and become those after.
  absl::Status RunGroup(const Group& group, LimitMeter& meter,
                        MachineLimits* limits);
  absl::Status MeasureMatrix(const Group& group, const ShapeMatrix& matrix,
                             std::vector<KernelTiming>* timings);
  void AddRecords(const std::vector<KernelTiming>& timings,
                  const MachineLimits& limits);
  void AddNote(std::string note);

  const KernelSuiteOptions& options_;
  ColdBuffer& memory_;
  ThreadPool& pool_;
  ProgressFn progress_;
  BenchReport report_;
  double drift_ = 0;
};

absl::StatusOr<BenchReport> KernelSuite::Run() {
  for (const Isa isa : options_.isas) TESSERA_RETURN_IF_ERROR(RunIsa(isa));
  if (options_.zero_share != 0) {
    report_.before.push_back(absl::StrFormat(
        "%.0f %% of the activations are zero; percentages count all weights, "
        "read or not",
        options_.zero_share * 100));
  }
  report_.before.push_back(
      absl::StrCat("measured in ", HumanBytes(memory_.size()),
                   " of memory; the last-level cache holds ",
                   HumanBytes(LastLevelCacheBytes())));
  report_.after.push_back(absl::StrFormat(
      "limits drifted by %.1f %% at most while kernels were measured between "
      "them",
      drift_ * 100));
  report_.limit_drift = drift_;
  return std::move(report_);
}

absl::Status KernelSuite::RunIsa(Isa isa) {
  LimitMeter meter(pool_, memory_, isa, options_.limit_seconds);
  MachineLimits limits = meter.Measure();
  const std::string line =
      absl::StrCat("limits, ", IsaName(isa), ", ", pool_.size(),
                   " threads: ", LimitsText(limits));
  progress_(line);
  report_.before.push_back(line);
  for (const DType type : options_.types) {
    for (const LayoutOrder layout : options_.layouts) {
      if (WasInterrupted()) return absl::OkStatus();
      TESSERA_RETURN_IF_ERROR(RunGroup({isa, type, layout}, meter, &limits));
    }
  }
  return absl::OkStatus();
}

absl::Status KernelSuite::RunGroup(const Group& group, LimitMeter& meter,
                                   MachineLimits* limits) {
  progress_(absl::StrCat(DTypeName(group.type), " ",
                         LayoutOrderName(group.layout), " ",
                         IsaName(group.isa)));
  std::vector<KernelTiming> timings;
  for (const ModelShape& shape : options_.shapes) {
    for (const ShapeMatrix& matrix : shape.matrices) {
      TESSERA_RETURN_IF_ERROR(MeasureMatrix(group, matrix, &timings));
    }
  }
  if (timings.empty()) return absl::OkStatus();
  const MachineLimits after = meter.Measure();
  drift_ = std::max(drift_, Drift(*limits, after));
  AddRecords(timings, Middle(*limits, after));
  *limits = after;
  return absl::OkStatus();
}

absl::Status KernelSuite::MeasureMatrix(const Group& group,
                                        const ShapeMatrix& matrix,
                                        std::vector<KernelTiming>* timings) {
  for (const KernelTiming& timing : *timings) {
    if (timing.rows == matrix.rows && timing.columns == matrix.columns) {
      return absl::OkStatus();
    }
  }
  absl::StatusOr<std::unique_ptr<KernelBench>> bench = KernelBench::Create(
      {group.type, group.layout, matrix.rows, matrix.columns},
      KernelTableFor(group.isa), memory_.bytes(), pool_);
  if (absl::IsUnimplemented(bench.status()) ||
      absl::IsInvalidArgument(bench.status())) {
    AddNote(absl::StrCat("left out: ", DTypeName(group.type), " ",
                         LayoutOrderName(group.layout), " ", matrix.rows, " x ",
                         matrix.columns, ": ", bench.status().message()));
    return absl::OkStatus();
  }
  TESSERA_RETURN_IF_ERROR(bench.status());
  for (const int64_t tokens : options_.tokens) {
    TESSERA_RETURN_IF_ERROR((*bench)->Prepare(tokens, options_.zero_share));
    const std::vector<double> samples =
        (*bench)->Measure(tokens, options_.seconds);
    timings->push_back({group.isa, group.type, group.layout, matrix.rows,
                        matrix.columns, tokens, options_.zero_share,
                        SpreadOf(samples).median, samples,
                        (*bench)->weight_bytes(), (*bench)->has_kernel()});
  }
  return absl::OkStatus();
}

void KernelSuite::AddRecords(const std::vector<KernelTiming>& timings,
                             const MachineLimits& limits) {
  for (const ModelShape& shape : options_.shapes) {
    for (const int64_t tokens : options_.tokens) {
      std::vector<KernelTiming> chosen;
      std::copy_if(timings.begin(), timings.end(), std::back_inserter(chosen),
                   [&](const KernelTiming& t) { return t.tokens == tokens; });
      AddKernelRecords(shape, chosen, limits, pool_.size(), &report_);
    }
  }
}

void KernelSuite::AddNote(std::string note) {
  auto& notes = report_.after;
  if (std::find(notes.begin(), notes.end(), note) == notes.end()) {
    notes.push_back(std::move(note));
  }
}

}  // namespace

std::vector<DType> KernelTypes() {
#define TESSERA_LIST_TYPE(type) DType::k##type,
  return {TESSERA_FOR_EACH_MATMUL(TESSERA_LIST_TYPE)};
#undef TESSERA_LIST_TYPE
}

absl::StatusOr<BenchReport> RunKernelSuite(const KernelSuiteOptions& options,
                                           ThreadPool& pool,
                                           ProgressFn progress) {
  const uint64_t bytes =
      options.memory_bytes != 0
          ? options.memory_bytes
          : ColdBytes(LastLevelCacheBytes(), AvailableMemory());
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<ColdBuffer> memory,
                           ColdBuffer::Create(bytes, pool));
  return KernelSuite(options, *memory, pool, progress).Run();
}

}  // namespace tessera
