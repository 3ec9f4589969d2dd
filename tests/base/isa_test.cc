#include "base/isa.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

class IsaTest : public testing::Test {
 protected:
  void TearDown() override { unsetenv("TESSERA_ISA"); }
};

TEST_F(IsaTest, ScalarIsAlwaysSupportedAndTheListAscends) {
  const std::vector<Isa> isas = SupportedIsas();
  ASSERT_FALSE(isas.empty());
  EXPECT_EQ(isas.front(), Isa::kScalar);
  EXPECT_TRUE(std::is_sorted(isas.begin(), isas.end()));
}

TEST_F(IsaTest, ChoosesTheBestUnlessTold) {
  unsetenv("TESSERA_ISA");
  EXPECT_EQ(*ChooseIsa(), SupportedIsas().back());
  setenv("TESSERA_ISA", "", 1);
  EXPECT_EQ(*ChooseIsa(), SupportedIsas().back());
}

TEST_F(IsaTest, EnvironmentForcesEachSupportedIsa) {
  for (Isa isa : SupportedIsas()) {
    setenv("TESSERA_ISA", std::string(IsaName(isa)).c_str(), 1);
    ASSERT_TRUE(ChooseIsa().ok());
    EXPECT_EQ(*ChooseIsa(), isa);
  }
}

TEST_F(IsaTest, UnsupportedIsaIsAnErrorThatNamesTheBest) {
  const std::vector<Isa> supported = SupportedIsas();
  for (Isa isa :
       {Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vnni, Isa::kAmx}) {
    if (std::count(supported.begin(), supported.end(), isa) != 0) continue;
    setenv("TESSERA_ISA", std::string(IsaName(isa)).c_str(), 1);
    EXPECT_EQ(ChooseIsa().status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(ChooseIsa().status().message(),
                                  IsaName(supported.back())));
  }
}

TEST_F(IsaTest, UnknownNameIsAnError) {
  setenv("TESSERA_ISA", "AVX2", 1);
  EXPECT_EQ(ChooseIsa().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(ChooseIsa().status().message(), "'AVX2'"));
}

}  // namespace
}  // namespace tessera
