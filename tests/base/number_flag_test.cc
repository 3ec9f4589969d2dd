#include "base/number_flag.h"

#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/status/statusor.h"
#include "base/describe_command_line.h"
#include "base/parse_flags.h"
#include "gtest/gtest.h"

using Share = tessera::RealFlag<0, 100>;
using Count = tessera::IntegerFlag<-1>;
using Seed = tessera::IntegerFlag<-1, 4294967295>;
ABSL_FLAG(tessera::ThreadsFlag, workers, {0}, "Threads.");
ABSL_FLAG(Count, n_words, {-1}, "Words.");
ABSL_FLAG(Seed, start, {-1}, "Seed.");
ABSL_FLAG(Share, share, {0.05}, "Share.");
ABSL_FLAG(int32_t, plain, 0, "Any number.");
ABSL_FLAG(double, real, 0, "Any real number.");
ABSL_FLAG(bool, loud, false, "Noise.");

namespace tessera {
namespace {

class NumberFlagTest : public testing::Test {
 protected:
  std::string ErrorOf(const std::string& argument) {
    return std::string(ParseFlags({argument}).status().message());
  }

 private:
  absl::FlagSaver saver_;
};

TEST_F(NumberFlagTest, TakesTheWholeRange) {
  ASSERT_TRUE(ParseFlags({"--workers=4096", "--n_words=-1",
                          "--start=4294967295", "--share=1"})
                  .ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_workers).value, 4096);
  EXPECT_EQ(absl::GetFlag(FLAGS_n_words).value, -1);
  EXPECT_EQ(absl::GetFlag(FLAGS_start).value, 4294967295);
  EXPECT_EQ(absl::GetFlag(FLAGS_share).value, 1);
  ASSERT_TRUE(ParseFlags({"--share=.25", "--n_words=2147483647"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_share).value, 0.25);
}

TEST_F(NumberFlagTest, SaysTheRangeOfWhatIsBeyondAndOfWhatIsNone) {
  EXPECT_EQ(ErrorOf("--workers=-3"),
            "--workers: expected a whole number from 0 to 4096, found '-3'");
  EXPECT_EQ(ErrorOf("--workers=many"),
            "--workers: expected a whole number from 0 to 4096, found 'many'");
  EXPECT_EQ(ErrorOf("--workers="),
            "--workers: expected a whole number from 0 to 4096, found ''");
  EXPECT_EQ(ErrorOf("--workers=1.5"),
            "--workers: expected a whole number from 0 to 4096, found '1.5'");
  EXPECT_EQ(ErrorOf("--n_words=99999999999999999999"),
            "--n_words: expected a whole number from -1 to 2147483647, found "
            "'99999999999999999999'");
  EXPECT_EQ(ErrorOf("--start=4294967296"),
            "--start: expected a whole number from -1 to 4294967295, found "
            "'4294967296'");
  EXPECT_EQ(ErrorOf("--share=1.01"),
            "--share: expected a number from 0 to 1, found '1.01'");
  EXPECT_EQ(ErrorOf("--share=nan"),
            "--share: expected a number from 0 to 1, found 'nan'");
}

// The parsers of Abseil say nothing but that the value is illegal.
TEST_F(NumberFlagTest, PlainTypesSayTheirRangeToo) {
  EXPECT_EQ(ErrorOf("--plain=2147483648"),
            "--plain: expected a whole number from -2147483648 to 2147483647, "
            "found '2147483648'");
  EXPECT_EQ(ErrorOf("--plain=flag 'plain'; x"),
            "--plain: expected a whole number from -2147483648 to 2147483647, "
            "found 'flag \\'plain\\'; x'");
  EXPECT_EQ(ErrorOf("--real=pi"), "--real: expected a number, found 'pi'");
  EXPECT_EQ(ErrorOf("--loud=maybe"),
            "--loud: expected true or false, found 'maybe'");
}

TEST_F(NumberFlagTest, DefaultsReadAsTyped) {
  const std::string help = FlagsHelp(DescribeCommandLine({}));
  EXPECT_NE(help.find("--share  (0.05)"), std::string::npos) << help;
  EXPECT_NE(help.find("--n_words  (-1)"), std::string::npos) << help;
  EXPECT_EQ(UnparseRealFlag(0.1), "0.1");
  EXPECT_EQ(UnparseRealFlag(0.8), "0.8");
}

}  // namespace
}  // namespace tessera
