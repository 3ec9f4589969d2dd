#include "base/progress.h"

#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
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

// What Progress draws on a terminal of `columns` columns.
std::string DrawOnTerminal(int columns, absl::string_view item) {
  int terminal = -1;
  int stderr_end = -1;
  winsize size = {};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);
  EXPECT_EQ(openpty(&terminal, &stderr_end, nullptr, nullptr, &size), 0);
  const int kept = dup(STDERR_FILENO);
  dup2(stderr_end, STDERR_FILENO);
  {
    Progress progress("convert", 1'000'000'000'000, /*quiet=*/false);
    progress.Advance(500'000'000'000, item);
  }
  dup2(kept, STDERR_FILENO);
  close(kept);
  close(stderr_end);
  std::string drawn(4096, '\0');
  const ssize_t count = read(terminal, drawn.data(), drawn.size());
  close(terminal);
  drawn.resize(std::max<ssize_t>(count, 0));
  return drawn;
}

TEST(ProgressTest, TheBarFitsItsTerminal) {
  const std::string hostile =
      std::string("blk.\x1b[2J\n") + std::string(300, 'x') + "\xff.weight";
  for (const int columns : {20, 40, 69, 70, 80, 132, 300}) {
    const std::string drawn = DrawOnTerminal(columns, hostile);
    const std::vector<std::string> parts =
        absl::StrSplit(drawn, "\r\033[K", absl::SkipEmpty());
    ASSERT_EQ(parts.size(), 1u) << absl::CHexEscape(drawn);
    EXPECT_LT(parts[0].size(), columns) << parts[0];
    for (const char c : parts[0]) {
      EXPECT_TRUE(c >= 0x20 && c < 0x7f) << absl::CHexEscape(parts[0]);
    }
    EXPECT_TRUE(absl::StartsWith(
        parts[0], columns > 70 ? "convert [##########..........]  50%  "
                               : "convert  50%  "))
        << parts[0];
  }
  EXPECT_TRUE(absl::StrContains(DrawOnTerminal(80, "blk.0.attn_q.weight"),
                                "B/s  blk.0.attn_q.weight"));
}

TEST(ProgressTest, QuietIsSilent) {
  testing::internal::CaptureStderr();
  { Progress("convert", 100, /*quiet=*/true).Advance(50, "x"); }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace tessera
