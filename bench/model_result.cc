#include "bench/model_result.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "base/build_info.h"
#include "base/host_info.h"
#include "bench/roofline.h"
#include "bench/size_text.h"
#include "bench/statistics.h"

namespace tessera {
namespace {

// What a model has reached in a test, against the limits.
struct Achievement {
  double gigabytes;  // of weights, per second
  double gigamacs;
  double percent;
  absl::string_view bound;
};

Achievement AchievementOf(const ModelResult& result) {
  const double seconds = Mean(result.samples_ns) * 1e-9;
  const Work work = result.model->WorkOf(result.test);
  const Roofline roofline = RooflineOf(work, result.limits);
  return {work.weight_bytes / seconds * 1e-9, work.macs() / seconds * 1e-9,
          roofline.seconds() / seconds * 100, roofline.bound()};
}

std::vector<int64_t> Truncated(const std::vector<double>& values) {
  return std::vector<int64_t>(values.begin(), values.end());
}

// The fields that llama-bench has, too.
Record SharedFields(const ModelResult& result) {
  const BenchedModel& model = *result.model;
  const std::vector<double> rates = result.Rates();
  return {
      {"build_commit", std::string(ShortBuildCommit())},
      {"cpu_info", CpuName()},
      {"backends", std::string("CPU")},
      {"model_filename", model.path()},
      {"model_type", model.description()},
      {"model_size", static_cast<int64_t>(model.size())},
      {"model_n_params", static_cast<int64_t>(model.parameters())},
      {"n_ubatch", model.n_ubatch()},
      {"n_threads", int64_t{result.threads}},
      {"type_k", std::string("f16")},
      {"type_v", std::string("f16")},
      {"use_mmap", true},
      {"n_prompt", result.test.n_prompt},
      {"n_gen", result.test.n_gen},
      {"n_depth", result.test.n_depth},
      {"test_time", TimeStamp()},
      {"avg_ns", static_cast<int64_t>(Mean(result.samples_ns))},
      {"stddev_ns", static_cast<int64_t>(StandardDeviation(result.samples_ns))},
      {"avg_ts", Mean(rates)},
      {"stddev_ts", StandardDeviation(rates)},
      {"samples_ns", Truncated(result.samples_ns)},
      {"samples_ts", rates},
  };
}

}  // namespace

std::vector<double> ModelResult::Rates() const {
  std::vector<double> rates;
  for (const double ns : samples_ns) {
    rates.push_back(static_cast<double>(test.tokens()) * 1e9 / ns);
  }
  return rates;
}

Record ModelRecord(const ModelResult& result) {
  const BenchedModel& model = *result.model;
  const Achievement reached = AchievementOf(result);
  const LoadReport& load = model.load();
  Record record = SharedFields(result);
  const Record own = {
      {"test", result.test.name()},
      {"isa", std::string(IsaName(result.isa))},
      {"layout", model.layout()},
      {"load_seconds", load.open_seconds},
      {"load_gb_s", load.gigabytes_per_second()},
      {"huge_pages", std::string(WordOf(load.mode))},
      {"huge_page_share", load.huge_share()},
      {"huge_bytes", static_cast<int64_t>(load.huge_bytes)},
      {"hugetlb_bytes", static_cast<int64_t>(load.hugetlb_bytes)},
      {"small_bytes", static_cast<int64_t>(load.small_bytes)},
      {"why_not_huge", load.why_not_huge},
      {"minor_faults", static_cast<int64_t>(load.minor_faults)},
      {"major_faults", static_cast<int64_t>(load.major_faults)},
      {"resident_bytes", static_cast<int64_t>(model.resident_bytes())},
      {"weight_bytes_per_token",
       static_cast<int64_t>(model.weight_bytes_per_token())},
      {"bandwidth_gb_s", reached.gigabytes},
      {"gmac_s", reached.gigamacs},
      {"percent_of_limit", reached.percent},
      {"bound", std::string(reached.bound)},
      {"limit_read_gb_s", result.limits.read_bytes * 1e-9},
      {"limit_integer_gmac_s", result.limits.integer_macs * 1e-9},
      {"limit_float_gmac_s", result.limits.float_macs * 1e-9},
      {"limit_bfloat_gmac_s", result.limits.bfloat_macs * 1e-9},
  };
  record.insert(record.end(), own.begin(), own.end());
  return record;
}

std::vector<BenchReport::Column> ModelColumns() {
  return {{"model", false},   {"size"},       {"params"},
          {"backend", false}, {"threads"},    {"layout", false},
          {"load s"},         {"huge"},       {"resident"},
          {"test"},           {"t/s"},        {"GB/s"},
          {"G madd/s"},       {"% of limit"}, {"bound", false}};
}

std::vector<std::string> ModelRow(const ModelResult& result) {
  const BenchedModel& model = *result.model;
  const Achievement reached = AchievementOf(result);
  const std::vector<double> rates = result.Rates();
  return {
      std::filesystem::path(model.path()).stem().string(),
      BinarySize(model.size()),
      ParameterCount(model.parameters()),
      absl::StrCat("CPU ", IsaName(result.isa)),
      absl::StrCat(result.threads),
      model.layout(),
      absl::StrFormat("%.3f", model.load().open_seconds),
      absl::StrFormat("%.0f %%", model.load().huge_share() * 100),
      BinarySize(model.resident_bytes()),
      result.test.name(),
      absl::StrFormat("%.2f ± %.2f", Mean(rates), StandardDeviation(rates)),
      absl::StrFormat("%.1f", reached.gigabytes),
      absl::StrFormat("%.1f", reached.gigamacs),
      absl::StrFormat("%.1f", reached.percent),
      std::string(reached.bound),
  };
}

}  // namespace tessera
