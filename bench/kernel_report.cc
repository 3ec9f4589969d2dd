#include "bench/kernel_report.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/build_info.h"
#include "base/host_info.h"
#include "bench/roofline.h"

namespace tessera {
namespace {

// A matrix, or all of a token's.
struct Row {
  const ModelShape& shape;
  ShapeMatrix matrix;          // without rows: a token's
  const KernelTiming& kernel;  // what is the same for all matrices
  double seconds;
  std::vector<double> samples;  // in seconds
  Work work;
  int threads;
};

std::vector<double> Microseconds(const std::vector<double>& seconds) {
  std::vector<double> us;
  for (const double s : seconds) us.push_back(s * 1e6);
  return us;
}

// Adds `times` times each sample; of the longer list the beginning.
void AddSamples(const std::vector<double>& samples, double times,
                std::vector<double>* sums) {
  if (sums->empty()) sums->resize(samples.size());
  sums->resize(std::min(sums->size(), samples.size()));
  for (size_t i = 0; i < sums->size(); ++i) (*sums)[i] += samples[i] * times;
}

Work WorkOf(const KernelTiming& timing) {
  Work work;
  work.weight_bytes = static_cast<double>(timing.weight_bytes);
  work.AddMacs(timing.type, static_cast<double>(timing.rows) *
                                static_cast<double>(timing.columns) *
                                static_cast<double>(timing.tokens));
  return work;
}

void AddRow(const Row& row, const MachineLimits& limits, BenchReport* report) {
  const Roofline roofline = RooflineOf(row.work, limits);
  const KernelTiming& kernel = row.kernel;
  const ShapeMatrix& matrix = row.matrix;
  const double gigabytes = row.work.weight_bytes / row.seconds * 1e-9;
  const double gigamacs = row.work.macs() / row.seconds * 1e-9;
  const double percent = roofline.seconds() / row.seconds * 100;
  const std::string type = DTypeName(kernel.type);
  const std::string layout(LayoutOrderName(kernel.layout));
  const std::string isa(IsaName(kernel.isa));
  report->records.push_back({
      {"build_commit", std::string(ShortBuildCommit())},
      {"cpu_info", CpuName()},
      {"test_time", TimeStamp()},
      {"n_threads", int64_t{row.threads}},
      {"isa", isa},
      {"type", type},
      {"layout", layout},
      {"has_kernel", kernel.has_kernel},
      {"shape", row.shape.name},
      {"matrix", matrix.name},
      {"rows", matrix.rows},
      {"columns", matrix.columns},
      {"times_per_token", matrix.times_per_token},
      {"n_tokens", kernel.tokens},
      {"zero_share", kernel.zero_share},
      {"time_us", row.seconds * 1e6},
      {"bandwidth_gb_s", gigabytes},
      {"gmac_s", gigamacs},
      {"percent_of_limit", percent},
      {"bound", std::string(roofline.bound())},
      {"limit_read_gb_s", limits.read_bytes * 1e-9},
      {"limit_gmac_s", row.work.macs() / roofline.multiply_seconds * 1e-9},
      {"samples_us", Microseconds(row.samples)},
  });
  report->rows.push_back(
      {type, layout, isa, row.shape.name, matrix.name,
       matrix.rows == 0 ? "" : absl::StrCat(matrix.rows, " x ", matrix.columns),
       absl::StrCat(kernel.tokens), absl::StrFormat("%.1f", row.seconds * 1e6),
       absl::StrFormat("%.2f", gigabytes), absl::StrFormat("%.1f", gigamacs),
       absl::StrFormat("%.1f", percent),
       absl::StrCat(roofline.bound(),
                    kernel.has_kernel ? "" : ", dequantized")});
}

}  // namespace

BenchReport EmptyKernelReport() {
  BenchReport report;
  report.table = "kernel";
  report.columns = {
      {"type", false},   {"layout", false},  {"ISA", false}, {"shape", false},
      {"matrix", false}, {"rows x columns"}, {"tokens"},     {"us"},
      {"GB/s"},          {"G madd/s"},       {"% of limit"}, {"bound", false}};
  return report;
}

void AddKernelRecords(const ModelShape& shape,
                      absl::Span<const KernelTiming> timings,
                      const MachineLimits& limits, int threads,
                      BenchReport* report) {
  double token_seconds = 0;
  std::vector<double> token_samples;
  Work token_work;
  for (const ShapeMatrix& matrix : shape.matrices) {
    const auto timing = std::find_if(
        timings.begin(), timings.end(), [&](const KernelTiming& t) {
          return t.rows == matrix.rows && t.columns == matrix.columns;
        });
    if (timing == timings.end()) continue;
    const Work work = WorkOf(*timing);
    AddRow({shape, matrix, *timing, timing->seconds, timing->samples, work,
            threads},
           limits, report);
    const auto times = static_cast<double>(matrix.times_per_token);
    token_seconds += timing->seconds * times;
    if (times > 0) AddSamples(timing->samples, times, &token_samples);
    token_work.Add(work, times);
  }
  if (token_seconds == 0) return;
  AddRow({shape,
          {"token", 0, 0, 1},
          timings[0],
          token_seconds,
          token_samples,
          token_work,
          threads},
         limits, report);
}

}  // namespace tessera
