#include "base/progress.h"

#include <cstdint>

#include "absl/time/time.h"
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

TEST(ProgressTest, QuietIsSilent) {
  testing::internal::CaptureStderr();
  { Progress("convert", 100, /*quiet=*/true).Advance(50, "x"); }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace tessera
