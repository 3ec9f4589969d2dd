#include "bench/results/tabbed_records.h"

#include <string>
#include <variant>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;

TEST(TabbedRecordsTest, TellsNumbersFromText) {
  const auto report = ParseTabbedRecords(
      "type\tseconds\tmegabytes\tnote\n"
      "Q4_0\t2.50\t640\t\n"
      "F16\t1e-3\t-1\tinf\n");
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->records.size(), 2);
  const Record& first = report->records[0];
  EXPECT_EQ(first[0].name, "type");
  EXPECT_EQ(std::get<std::string>(first[0].value), "Q4_0");
  EXPECT_EQ(std::get<double>(first[1].value), 2.5);
  EXPECT_EQ(std::get<int64_t>(first[2].value), 640);
  EXPECT_EQ(std::get<std::string>(first[3].value), "");
  const Record& second = report->records[1];
  EXPECT_EQ(std::get<double>(second[1].value), 1e-3);
  EXPECT_EQ(std::get<int64_t>(second[2].value), -1);
  EXPECT_EQ(std::get<std::string>(second[3].value), "inf");

  EXPECT_FALSE(report->columns[0].right);
  EXPECT_TRUE(report->columns[1].right);
  EXPECT_THAT(report->rows[0], ElementsAre("Q4_0", "2.50", "640", ""));
}

TEST(TabbedRecordsTest, MayHaveNoRecords) {
  const auto report = ParseTabbedRecords("a\tb\n");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->columns.size(), 2);
  EXPECT_TRUE(report->records.empty());
}

TEST(TabbedRecordsTest, RefusesWhatIsNoTable) {
  EXPECT_EQ(ParseTabbedRecords("").status().message(),
            "no line that names the fields");
  EXPECT_EQ(ParseTabbedRecords("a\tb\n1\t2\n3\n").status().message(),
            "line 3: 1 cells, expected 2");
  EXPECT_TRUE(absl::IsDataLoss(ParseTabbedRecords("a\n1\t2\n").status()));
}

}  // namespace
}  // namespace tessera
