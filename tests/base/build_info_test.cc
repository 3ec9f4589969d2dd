#include "base/build_info.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(BuildInfoTest, SaysFromWhatItWasBuilt) {
  if (BuildCommit() != "unknown") {
    EXPECT_EQ(BuildCommit().size(), 40u);
    EXPECT_EQ(BuildCommit().find_first_not_of("0123456789abcdef"),
              absl::string_view::npos);
  }
  EXPECT_TRUE(absl::StartsWith(BuildCommit(), ShortBuildCommit()));
  EXPECT_FALSE(ShortBuildCommit().empty());
  EXPECT_TRUE(absl::StartsWith(CompilerName(), "GCC ") ||
              absl::StartsWith(CompilerName(), "Clang "));
}

}  // namespace
}  // namespace tessera
