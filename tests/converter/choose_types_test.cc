#include "converter/choose_types.h"

#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "base/parse_flags.h"
#include "converter/convert_flags.h"
#include "converter/source/open_source.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

class ChooseTypesTest : public testing::Test {
 protected:
  // What `convert FLAGS testdata/tiny a.arena` does before it converts; its
  // messages are in messages_.
  absl::Status Run(std::vector<std::string> flags) {
    absl::FlagSaver saver;
    flags.insert(flags.end(), {"testdata/tiny", "a.arena"});
    const auto arguments = ParseFlags(flags);
    EXPECT_TRUE(arguments.ok()) << arguments.status();
    auto command = ConvertCommandFromFlags(*arguments);
    EXPECT_TRUE(command.ok()) << command.status();
    absl::Status status = ReadCommandFiles(&*command);
    EXPECT_TRUE(status.ok()) << status;
    const auto source = OpenWeightSource(command->input);
    EXPECT_TRUE(source.ok()) << source.status();
    testing::internal::CaptureStderr();
    status = ChooseTypes(*source, &*command);
    messages_ = testing::internal::GetCapturedStderr();
    command_ = *std::move(command);
    return status;
  }

  ConvertCommand command_;
  std::string messages_;
};

TEST_F(ChooseTypesTest, FillsTheBudgetOfTheFirstOutput) {
  ASSERT_TRUE(Run({"--target_bpw=5", "--also=b.arena:Q4_0"}).ok());
  EXPECT_TRUE(absl::StrContains(messages_, "chosen for target_bpw=5: "));
  ASSERT_TRUE(command_.outputs[0].plan.recipe.budget().has_value());
  EXPECT_EQ(command_.outputs[0].plan.recipe.budget()->types.size(), 23u);
  EXPECT_EQ(command_.outputs[1].plan.recipe.name(), "Q4_0");
}

TEST_F(ChooseTypesTest, QuietSaysNothing) {
  ASSERT_TRUE(Run({"--target_bpw=5", "--quiet"}).ok());
  EXPECT_EQ(messages_, "");
  EXPECT_TRUE(command_.outputs[0].plan.recipe.budget().has_value());
}

TEST_F(ChooseTypesTest, LeavesMixesAlone) {
  ASSERT_TRUE(Run({"--quantize=Q4_K_M"}).ok());
  EXPECT_EQ(messages_, "");
  EXPECT_FALSE(command_.outputs[0].plan.recipe.budget().has_value());
}

TEST_F(ChooseTypesTest, TooSmallBudgetsAreRefused) {
  const absl::Status status = Run({"--target_size=1M"});
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_TRUE(
      absl::StartsWith(status.message(), "--target_size: 1M is too small"));
}

// --tensor_type adds up, so this is the last test.
TEST_F(ChooseTypesTest, WarnsOfRulesThatMatchNothing) {
  ASSERT_TRUE(Run({"--quantize=Q4_0", "--tensor_type=attn_v=Q8_0",
                   "--tensor_type=attn_x=Q8_0"})
                  .ok());
  EXPECT_EQ(messages_,
            "warning: --tensor_type=attn_x=Q8_0: matches no tensor\n");
  // They add up.
  ASSERT_TRUE(Run({"--quantize=Q4_0", "--quiet"}).ok());
  EXPECT_EQ(messages_,
            "warning: --tensor_type=attn_x=Q8_0: matches no tensor\n");
}

}  // namespace
}  // namespace tessera
