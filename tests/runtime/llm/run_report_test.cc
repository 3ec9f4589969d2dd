#include "runtime/llm/run_report.h"

#include <google/protobuf/util/json_util.h>

#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunReport SomeReport() {
  LoadReport load;
  load.mapped_bytes = 3'000'000'000;
  load.hot_bytes = 2'000'000'000;
  load.asked_bytes = 2'000'000'000;
  load.huge_bytes = 1'999'000'000;
  load.small_bytes = 7'000'000;
  load.open_seconds = 0.5;
  load.read_seconds = 0.25;
  load.read_bytes = 2'000'000'000;
  load.cached_share = 0.999;
  load.verified_bytes = 3'000'000;
  load.minor_faults = 12;
  load.major_faults = 3;
  load.why_not_huge = "memory is fragmented";
  load.how_to_repair = "compact it";
  RunReport report;
  *report.mutable_load() = LoadProto(load);
  *report.mutable_prefill() = PhaseProto(100, 0.25);
  *report.mutable_decode() = PhaseProto(50, 2);
  report.set_weight_bytes_per_token(2e9);
  report.set_decode_gigabytes_per_second(50);
  report.set_stop("length");
  report.set_isa("avx2");
  report.set_threads(2);
  report.set_prompt("a \"b\"\n");
  report.add_ids(7);
  return report;
}

TEST(RunReportTest, TextNamesRatesAndReasons) {
  const std::string text = ReportText(SomeReport());
  EXPECT_THAT(text, HasSubstr("0.500 s, 2.00 GB hot of 3.00 GB; 2.00 GB read "
                              "in 0.250 s, 8.0 GB/s, 99% from the page cache; "
                              "3.00 MB match their hashes\n"));
  EXPECT_THAT(text,
              HasSubstr("2.00 GB in pages of 2 MiB (99% of what was "
                        "asked for), 7.00 MB in 4 KiB; 12 minor faults, 3 "
                        "major\n"));
  EXPECT_THAT(text, HasSubstr("\n          not all huge: memory is fragmented\n"
                              "          what helps: compact it\n"));
  EXPECT_THAT(text, Not(HasSubstr("numa")));
  EXPECT_THAT(text, HasSubstr("100 tokens, 400.0 tokens/s"));
  EXPECT_THAT(text, HasSubstr("50 tokens, 25.0 tokens/s"));
  EXPECT_THAT(text, HasSubstr("2.00 GB of weights per token, 50.0 GB/s"));
  EXPECT_TRUE(absl::EndsWith(text, "\n"));
}

TEST(RunReportTest, JsonIsOneLineWithEveryField) {
  const auto json = ReportJson(SomeReport());
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->find('\n'), json->size() - 1);
  EXPECT_THAT(*json, HasSubstr(R"("prompt":"a \"b\"\n")"));
  EXPECT_THAT(*json, HasSubstr(R"("ids":[7])"));
  EXPECT_THAT(*json, HasSubstr(R"("hot_bytes":2000000000)"));
  EXPECT_THAT(*json, HasSubstr(R"("tokens_per_second":400)"));
  EXPECT_THAT(*json, HasSubstr(R"("text":"")"));
  RunReport again;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(*json, &again).ok());
  EXPECT_EQ(again.SerializeAsString(), SomeReport().SerializeAsString());
}

TEST(RunReportTest, NoTimeIsNoRate) {
  EXPECT_EQ(PhaseProto(0, 0).tokens_per_second(), 0);
  EXPECT_EQ(LoadProto(LoadReport()).gigabytes_per_second(), 0);
  EXPECT_EQ(LoadProto(LoadReport()).huge_page_share(), 1);
}

TEST(RunReportTest, InvalidUtf8IsReplacedByteByByte) {
  EXPECT_EQ(ValidUtf8("a\xe2\x82\xac"), "a\xe2\x82\xac");
  EXPECT_EQ(ValidUtf8("\xff"
                      "a\xe2\x82"),
            "\uFFFDa\uFFFD\uFFFD");
  RunReport report;
  report.set_text(ValidUtf8("\xc3\x28"));
  EXPECT_TRUE(ReportJson(report).ok());
}

}  // namespace
}  // namespace tessera
