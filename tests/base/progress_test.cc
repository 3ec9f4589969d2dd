#include "base/progress.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/progress_bar.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ProgressTest, BytesAreReadable) {
  EXPECT_EQ(HumanBytes(0), "0 B");
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1000), "1.00 kB");
  EXPECT_EQ(HumanBytes(2400000), "2.40 MB");
  EXPECT_EQ(HumanBytes(999'999'999), "1.00 GB");
  EXPECT_EQ(HumanBytes(UINT64_MAX), "18.4 EB");
}

TEST(ProgressTest, DurationsAreThoseOfPeople) {
  EXPECT_EQ(HumanDuration(absl::Seconds(-1)), "0 s");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(400)), "0 s");
  EXPECT_EQ(HumanDuration(absl::Seconds(45)), "45 s");
  EXPECT_EQ(HumanDuration(absl::Seconds(89)), "89 s");
  EXPECT_EQ(HumanDuration(absl::Seconds(90)), "2 min");
  EXPECT_EQ(HumanDuration(absl::Seconds(1980)), "33 min");
  EXPECT_EQ(HumanDuration(absl::Seconds(3569)), "59 min");
  EXPECT_EQ(HumanDuration(absl::Seconds(3570)), "1 h");
  EXPECT_EQ(HumanDuration(absl::Minutes(80)), "1 h 20 min");
  EXPECT_EQ(HumanDuration(absl::Hours(47)), "47 h");
  EXPECT_EQ(HumanDuration(absl::Hours(51)), "2 d 3 h");
  EXPECT_EQ(HumanDuration(absl::Hours(24 * 300)), "300 d");
  EXPECT_NE(HumanDuration(absl::InfiniteDuration()), "");
}

TEST(ProgressTest, ShortWorkLeavesNothingInALog) {
  testing::internal::CaptureStderr();
  {
    Progress progress("convert", 100, /*quiet=*/false);
    for (int i = 0; i < 100; ++i) progress.Advance(1, "blk.0.attn_q.weight");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(ProgressTest, TheBarFitsItsTerminal) {
  constexpr char kNumbers[] = " 50%  123 MB/s  ETA 33 min  ";
  const std::string hostile =
      std::string("blk.\x1b[2J\n") + std::string(300, 'x') + "\xff.weight";
  for (const size_t columns : {0, 1, 20, 40, 69, 70, 80, 132, 300}) {
    const std::string line =
        ProgressBar("convert", 0.5, kNumbers, hostile, columns);
    EXPECT_LT(line.size(), std::max<size_t>(columns, 1)) << line;
    for (const char c : line) {
      EXPECT_TRUE(c >= 0x20 && c < 0x7f) << absl::CHexEscape(line);
    }
    const std::string begin = columns > 70
                                  ? "convert [##########..........]  50%  "
                                  : "convert  50%  ";
    EXPECT_EQ(line.substr(0, begin.size()), begin.substr(0, line.size()));
  }
  EXPECT_EQ(ProgressBar("convert", 1, kNumbers, "blk.0.attn_q.weight", 80),
            "convert [####################]  50%  123 MB/s  ETA 33 min  "
            "blk.0.attn_q.weight");
}

TEST(ProgressTest, QuietIsSilent) {
  testing::internal::CaptureStderr();
  { Progress("convert", 100, /*quiet=*/true).Advance(50, "x"); }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace tessera
