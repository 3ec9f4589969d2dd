// Runs every kind of benchmark on a tiny model: figures are there, and the
// output is well-formed. How large the figures are is nobody's business here.
#include "bench/run_bench.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "bench/find_shape.h"
#include "bench/render_report.h"
#include "formats/json/json_document.h"
#include "formats/layout/layout_profile.h"
#include "formats/layout/tensor_layout.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernels.inc"

namespace tessera {
namespace {

constexpr uint64_t kMemory = uint64_t{2} << 20;
constexpr double kSeconds = 1e-5;

BenchReport Measure(const BenchRequest& request) {
  auto report = RunBench(request, [](absl::string_view) {});
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *std::move(report) : BenchReport();
}

// The records as JSON, read back.
JsonDocument Parsed(const BenchReport& report) {
  auto document =
      JsonDocument::Parse(RenderReport(report, OutputFormat::kJson));
  EXPECT_TRUE(document.ok()) << document.status();
  return *std::move(document);
}

std::vector<JsonValue> RecordsOf(const JsonDocument& document) {
  auto records = JsonElements(document.root());
  EXPECT_TRUE(records.ok()) << records.status();
  return records.ok() ? *std::move(records) : std::vector<JsonValue>();
}

bool HasRowMajorKernel(std::string_view type) {
#define TESSERA_NAME(type) #type,
  for (std::string_view name : {TESSERA_FOR_EACH_ROWMAJOR(TESSERA_NAME)}) {
    if (name == type) return true;
  }
  return false;
}

void ExpectPositive(JsonValue record, const std::vector<const char*>& fields) {
  for (const char* field : fields) {
    double value = 0;
    EXPECT_EQ(record[field].get(value), simdjson::SUCCESS) << field;
    EXPECT_GT(value, 0) << field;
  }
}

void ExpectRectangular(const BenchReport& report) {
  EXPECT_EQ(report.rows.size(), report.records.size());
  for (const auto& row : report.rows) {
    EXPECT_EQ(row.size(), report.columns.size());
  }
  for (const Record& record : report.records) {
    EXPECT_EQ(record.size(), report.records[0].size());
  }
}

BenchRequest TinyModelRequest() {
  BenchRequest request;
  request.subject = BenchRequest::Subject::kSynthetic;
  request.threads = 2;
  request.shape = *FindShape("test-tiny");
  request.types = {"Q4_0"};
  request.layouts = {{"interleaved", LayoutOrder::kInterleaved, {}}};
  request.models.tests = MakeTestCases({20}, {3}, {0, 5}, {1});
  request.models.repetitions = 2;
  request.models.memory_bytes = kMemory;
  request.models.limit_seconds = kSeconds;
  request.models.model.isa = SupportedIsas().back();
  request.models.model.sample_seconds = 0;
  return request;
}

TEST(RunBenchTest, MeasuresEveryKernelInEveryLayout) {
  BenchRequest request;
  request.threads = 2;
  request.kernels.shapes = {
      *ParseModelShape("s", "a 40 512 3\nb 40 512 1\nc 16 256 0\n")};
  request.kernels.types = KernelTypes();
  request.kernels.layouts = {LayoutOrder::kInterleaved,
                             LayoutOrder::kTransposed, LayoutOrder::kSwizzled,
                             LayoutOrder::kRowMajor};
  request.kernels.isas = SupportedIsas();
  request.kernels.tokens = {1, 5};
  request.kernels.seconds = kSeconds;
  request.kernels.limit_seconds = kSeconds;
  request.kernels.memory_bytes = kMemory;
  request.write_profile = ::testing::TempDir() + "/fastest.profile";

  const BenchReport report = Measure(request);
  ExpectRectangular(report);
  size_t combinations = 0;
  for (const DType type : request.kernels.types) {
    for (const LayoutOrder layout : request.kernels.layouts) {
      combinations += MakeTensorLayout(layout, type, 40, 512).ok();
    }
  }
  EXPECT_GE(combinations, request.kernels.types.size());
  // Three matrices and their sum, times one token and five.
  EXPECT_EQ(report.records.size(),
            combinations * request.kernels.isas.size() * 2 * 4);
  const JsonDocument document = Parsed(report);
  for (const JsonValue record : RecordsOf(document)) {
    ExpectPositive(record,
                   {"time_us", "bandwidth_gb_s", "gmac_s", "percent_of_limit",
                    "limit_read_gb_s", "limit_gmac_s"});
    const std::string_view layout = record["layout"];
    if (layout == "interleaved" || layout == "rowmajor") {
      const std::string_view type = record["type"];
      EXPECT_EQ(bool(record["has_kernel"]),
                layout == "interleaved" || HasRowMajorKernel(type))
          << type;
    }
  }
  std::ifstream profile(request.write_profile);
  const std::string text((std::istreambuf_iterator<char>(profile)),
                         std::istreambuf_iterator<char>());
  EXPECT_FALSE(text.empty());
  EXPECT_TRUE(LayoutProfile::Parse(text).ok());
}

TEST(RunBenchTest, LeavesOutWhatDoesNotExist) {
  BenchRequest request;
  request.kernels.shapes = {*ParseModelShape("s", "a 32 96 1\n")};
  request.kernels.types = {DType::kQ4_K, DType::kQ4_0};
  request.kernels.zero_share = 0.5;
  request.kernels.layouts = {LayoutOrder::kInterleaved};
  request.kernels.isas = {Isa::kScalar};
  request.kernels.tokens = {1};
  request.kernels.seconds = kSeconds;
  request.kernels.limit_seconds = kSeconds;
  request.kernels.memory_bytes = kMemory;
  const BenchReport report = Measure(request);
  EXPECT_EQ(report.records.size(), 2u);
  EXPECT_TRUE(absl::StrContains(RenderReport(report, OutputFormat::kMarkdown),
                                "left out: Q4_K"));
}

TEST(RunBenchTest, MeasuresSyntheticModels) {
  BenchRequest request = TinyModelRequest();
  request.types = {"Q4_K_M", "INT8"};
  request.layouts.push_back({"rowmajor", LayoutOrder::kRowMajor, {}});
  request.layouts.push_back(
      {"auto", LayoutOrder::kInterleaved, LayoutProfile()});
  const BenchReport report = Measure(request);
  ExpectRectangular(report);
  // Types, layouts, tests.
  EXPECT_EQ(report.records.size(), 2u * 3 * 5);
  const JsonDocument document = Parsed(report);
  for (const JsonValue record : RecordsOf(document)) {
    ExpectPositive(record,
                   {"avg_ns", "avg_ts", "model_size", "model_n_params",
                    "n_threads", "bandwidth_gb_s", "gmac_s", "percent_of_limit",
                    "weight_bytes_per_token", "limit_integer_gmac_s"});
    EXPECT_EQ(record["samples_ts"].get_array().size(), 2u);
  }
  EXPECT_EQ(std::string_view(document.root().at(0)["test"]), "pp20");
  EXPECT_EQ(std::string_view(document.root().at(2)["layout"]), "auto");
}

TEST(RunBenchTest, KeepsModelsWhereAsked) {
  BenchRequest request = TinyModelRequest();
  request.models.tests = MakeTestCases({0}, {1}, {0}, {});
  request.keep = ::testing::TempDir() + "/kept/models";
  Measure(request);
  const std::string arena = request.keep + "/test-tiny-Q4_0-interleaved.arena";
  EXPECT_TRUE(std::filesystem::exists(request.keep + "/test-tiny-Q4_0.gguf"));
  ASSERT_TRUE(std::filesystem::exists(arena));

  request.subject = BenchRequest::Subject::kArenas;
  request.arenas = {arena, arena};
  EXPECT_EQ(Measure(request).records.size(), 2u);
}

TEST(RunBenchTest, ComparesWithPeers) {
  BenchRequest request = TinyModelRequest();
  const std::string program = ::testing::TempDir() + "/fake-llama-bench";
  std::ofstream(program)
      << "#!/bin/sh\n"
         "[ \"$1\" = --help ] && exit 0\n"
         "[ -s \"$2\" ] || exit 1\n"
         "echo '[{\"n_prompt\": 8, \"n_gen\": 0, \"avg_ts\": 1e-6,"
         " \"build_commit\": \"abc\", \"build_number\": 7}]'\n";
  chmod(program.c_str(), 0700);
  request.comparison.peers = {{program, {}}, {program, {"-rtr", "1"}}};
  request.comparison.tests = MakeTestCases({8}, {0}, {0}, {});
  request.comparison.rounds = 3;
  request.comparison.repetitions = 1;
  request.comparison.model = request.models.model;

  const BenchReport report = Measure(request);
  ExpectRectangular(report);
  ASSERT_EQ(report.records.size(), 2u);
  const JsonDocument document = Parsed(report);
  for (const JsonValue record : RecordsOf(document)) {
    ExpectPositive(record, {"ts", "peer_ts", "ratio", "ratio_min", "ratio_max",
                            "same_min", "same_max"});
    EXPECT_EQ(std::string_view(record["peer_build"]), "abc (7)");
    EXPECT_EQ(record["samples_ts"].get_array().size(), 3u);
    EXPECT_EQ(record["peer_samples_ts"].get_array().size(), 3u);
  }
  EXPECT_EQ(std::string_view(document.root().at(1)["peer_args"]), "-rtr 1");
}

TEST(RunBenchTest, ReportsErrors) {
  BenchRequest request = TinyModelRequest();
  request.subject = BenchRequest::Subject::kArenas;
  request.arenas = {"/no/such.arena"};
  const auto report = RunBench(request, [](absl::string_view) {});
  EXPECT_TRUE(absl::IsNotFound(report.status())) << report.status();
  EXPECT_TRUE(absl::StrContains(report.status().message(), "/no/such.arena"));
}

}  // namespace
}  // namespace tessera
