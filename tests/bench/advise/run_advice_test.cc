// Measures a tiny shape: a profile is there, complete and well-formed. Which
// layout is fastest is nobody's business here.
#include "bench/advise/run_advice.h"

#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "base/machine_id.h"
#include "base/read_file.h"
#include "bench/find_shape.h"
#include "formats/layout/layout_profile.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

AdviceRequest TinyRequest() {
  AdviceRequest request;
  request.path = ::testing::TempDir() + "/tiny.profile";
  request.matrices = MatricesOfShapes(
      {*ParseModelShape("s", "attn_q 48 256 1\noutput 32 256 1\n")},
      {DType::kQ4_K, DType::kF32});
  request.turns.layouts = {LayoutOrder::kInterleaved, LayoutOrder::kTransposed,
                           LayoutOrder::kSwizzled, LayoutOrder::kRowMajor};
  request.turns.tokens = {1, 5};
  request.turns.rounds = 9;
  request.turns.sample_seconds = 1e-5;
  request.turns.isa = SupportedIsas().back();
  request.memory_bytes = uint64_t{8} << 20;
  return request;
}

TEST(RunAdviceTest, WritesAProfileOfThisMachine) {
  const AdviceRequest request = TinyRequest();
  ThreadPool pool(2);
  int lines = 0;
  const auto report =
      RunAdvice(request, pool, [&lines](absl::string_view) { ++lines; });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(lines, 4);
  // Per type: 48 x 256 for both duties, 32 x 256 for gemv; three layouts each.
  EXPECT_EQ(report->records.size(), 2u * 3 * 3);
  EXPECT_EQ(report->rows.size(), report->records.size());
  for (const auto& row : report->rows) {
    EXPECT_EQ(row.size(), report->columns.size());
  }

  const std::string text = ReadFile(request.path).value();
  const auto profile = LayoutProfile::Parse(text);
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_EQ(profile->Text(), text);
  EXPECT_EQ(profile->machine().fingerprint, ThisMachine().fingerprint);
  EXPECT_EQ(profile->machine().threads, 2u);
  EXPECT_EQ(profile->machine().isa, IsaName(request.turns.isa));
  ASSERT_EQ(profile->rules().size(), 6u);
  for (const LayoutRule& rule : profile->rules()) {
    ASSERT_TRUE(rule.evidence.has_value());
    EXPECT_GE(rule.evidence->samples, 8u);
  }
  EXPECT_NE(profile->Choose(DType::kF32, MatrixDuty::kGemv, 32, 256), nullptr);
  EXPECT_EQ(profile->Choose(DType::kF32, MatrixDuty::kGemm, 32, 256), nullptr);
}

TEST(RunAdviceTest, LeavesOutWhatCannotBe) {
  AdviceRequest request = TinyRequest();
  request.path = ::testing::TempDir() + "/left_out.profile";
  request.matrices = {{{DType::kQ4_K, 32, 96}, MatrixDuty::kGemm}};
  ThreadPool pool(1);
  const auto report = RunAdvice(request, pool, [](absl::string_view) {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->records.empty());
  ASSERT_EQ(report->after.size(), 2u);
  EXPECT_TRUE(absl::StrContains(report->after[0], "left out: Q4_K 32 x 96"));
}

TEST(RunAdviceTest, FailsBeforeItMeasures) {
  AdviceRequest request = TinyRequest();
  request.path = "/no/such/folder/x.profile";
  ThreadPool pool(1);
  const auto report = RunAdvice(request, pool, [](absl::string_view) {
    ADD_FAILURE() << "measured something";
  });
  EXPECT_FALSE(report.ok());
  EXPECT_TRUE(absl::StrContains(report.status().message(), request.path));
}

}  // namespace
}  // namespace tessera
