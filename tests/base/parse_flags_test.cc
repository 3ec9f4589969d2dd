#include "base/parse_flags.h"

#include <cstdint>
#include <cstdlib>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "base/own_flags.h"
#include "base/repeated_flag.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

ABSL_FLAG(std::string, shape, "round", "");
ABSL_FLAG(bool, loud, false, "");
ABSL_FLAG(int32_t, count, 7, "");
ABSL_FLAG(int32_t, ctx_size, 0, "");
ABSL_FLAG(tessera::RepeatedFlag, stop, {}, "");

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr FlagAlias kAliases[] = {
    {"c", "ctx_size"},
    {"l", "loud"},
    {"s", "shape"},
    {"context", "ctx_size"},
    {"ngl", "", "Tessera computes on the CPU; leave it out"},
};

// The message of the error that `arguments` cause.
std::string ErrorOf(const std::vector<std::string>& arguments) {
  const auto result = ParseFlags(arguments, kAliases);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(result.status().message());
}

class ParseFlagsTest : public testing::Test {
 private:
  absl::FlagSaver saver_;
};

TEST_F(ParseFlagsTest, TakesFlagsAnywhereInEveryForm) {
  const auto result = ParseFlags(
      {"in", "--shape", "square", "--loud", "out", "--count=-3", "-"});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(*result, ElementsAre("in", "out", "-"));
  EXPECT_EQ(absl::GetFlag(FLAGS_shape), "square");
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
  EXPECT_EQ(absl::GetFlag(FLAGS_count), -3);
}

TEST_F(ParseFlagsTest, KnowsWhatWasChanged) {
  EXPECT_THAT(ChangedFlags(), ElementsAre());
  ASSERT_TRUE(ParseFlags({"--shape=a b", "--count=8", "--loud=false"}).ok());
  EXPECT_THAT(ChangedFlags(),
              ElementsAre(Pair("count", "8"), Pair("shape", "a b")));
}

TEST_F(ParseFlagsTest, ValueMayLookLikeAFlag) {
  ASSERT_TRUE(ParseFlags({"--count", "-1", "--shape="}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_count), -1);
  EXPECT_EQ(absl::GetFlag(FLAGS_shape), "");
}

TEST_F(ParseFlagsTest, NegatesBooleans) {
  ASSERT_TRUE(ParseFlags({"--loud", "--noloud"}).ok());
  EXPECT_FALSE(absl::GetFlag(FLAGS_loud));
  ASSERT_TRUE(ParseFlags({"--loud=true"}).ok());
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
}

TEST_F(ParseFlagsTest, TwoDashesEndTheFlags) {
  const auto result = ParseFlags({"--loud", "--", "--shape", "x"});
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(*result, ElementsAre("--shape", "x"));
  EXPECT_EQ(absl::GetFlag(FLAGS_shape), "round");
}

TEST_F(ParseFlagsTest, NamesTheMistake) {
  EXPECT_THAT(ErrorOf({"--shap=x"}), HasSubstr("unknown flag '--shap'"));
  EXPECT_THAT(ErrorOf({"--noshape"}), HasSubstr("unknown flag '--noshape'"));
  EXPECT_THAT(ErrorOf({"--shape"}), HasSubstr("--shape needs a value"));
  EXPECT_THAT(ErrorOf({"--count=many"}),
              HasSubstr("--count: expected a whole number"));
  EXPECT_THAT(ErrorOf({"--noloud=1"}), HasSubstr("--noloud takes no value"));
  EXPECT_FALSE(absl::StrContains(ErrorOf({"--a\nb"}), "\n"));
}

TEST_F(ParseFlagsTest, DashesAreUnderscores) {
  ASSERT_TRUE(ParseFlags({"--ctx-size", "5", "--no-loud"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_ctx_size), 5);
  ASSERT_TRUE(ParseFlags({"--ctx-size=6", "--no_loud"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_ctx_size), 6);
}

TEST_F(ParseFlagsTest, ShortAndOtherNames) {
  const auto parse = [](const std::vector<std::string>& arguments) {
    const auto result = ParseFlags(arguments, kAliases);
    EXPECT_TRUE(result.ok()) << result.status();
    return absl::GetFlag(FLAGS_ctx_size);
  };
  EXPECT_EQ(parse({"-c", "3"}), 3);
  EXPECT_EQ(parse({"-c4"}), 4);
  EXPECT_EQ(parse({"-c-5"}), -5);
  EXPECT_EQ(parse({"-c=6"}), 6);
  EXPECT_EQ(parse({"--context", "7"}), 7);
  EXPECT_EQ(parse({"-l", "--c=8"}), 8);
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
  // A word behind a letter is a mistyped name.
  EXPECT_THAT(ErrorOf({"-squre"}), HasSubstr("unknown flag '-squre'"));
  EXPECT_THAT(ErrorOf({"-l5"}), HasSubstr("unknown flag '-l5'"));
}

TEST_F(ParseFlagsTest, SaysWhatWasMeant) {
  EXPECT_THAT(ErrorOf({"--shpae=x"}), HasSubstr("; did you mean --shape?"));
  EXPECT_THAT(ErrorOf({"--nolud"}), HasSubstr("; did you mean --noloud?"));
  EXPECT_THAT(ErrorOf({"--contxt", "1"}),
              HasSubstr("did you mean --ctx_size?"));
  EXPECT_THAT(ErrorOf({"--ctx-sise=1"}), HasSubstr("did you mean --ctx_size?"));
  EXPECT_FALSE(absl::StrContains(ErrorOf({"--zzzzzz"}), "did you mean"));
}

TEST_F(ParseFlagsTest, RefusedNamesSayWhy) {
  EXPECT_EQ(ErrorOf({"-ngl", "99"}),
            "-ngl: Tessera computes on the CPU; leave it out");
}

TEST_F(ParseFlagsTest, RepeatedFlagsGrow) {
  ASSERT_TRUE(ParseFlags({"--stop", "a\nb", "--stop=", "--stop=\\n"}).ok());
  EXPECT_THAT(absl::GetFlag(FLAGS_stop).values, ElementsAre("a\nb", "", "\\n"));
}

class EnvironmentTest : public ParseFlagsTest {
 protected:
  ~EnvironmentTest() override {
    for (const char* name :
         {"TESSERA_CTX_SIZE", "TESSERA_LOUD", "TESSERA_STOP", "TESSERA_ISA"}) {
      unsetenv(name);
    }
  }
};

TEST_F(EnvironmentTest, GivesDefaults) {
  setenv("TESSERA_CTX_SIZE", "9", 1);
  setenv("TESSERA_LOUD", "true", 1);
  setenv("TESSERA_STOP", "end", 1);
  setenv("TESSERA_COUNT", "", 1);
  ASSERT_TRUE(SetFlagsFromEnvironment().ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_ctx_size), 9);
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
  EXPECT_EQ(absl::GetFlag(FLAGS_count), 7);
  EXPECT_TRUE(IsFromEnvironment("ctx_size"));
  EXPECT_FALSE(IsFromEnvironment("count"));
  ASSERT_TRUE(
      ParseFlags({"--ctx_size=10", "--noloud", "--stop=a", "--stop=b"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_ctx_size), 10);
  EXPECT_FALSE(absl::GetFlag(FLAGS_loud));
  EXPECT_FALSE(IsFromEnvironment("ctx_size"));
  EXPECT_THAT(absl::GetFlag(FLAGS_stop).values, ElementsAre("a", "b"));
}

TEST_F(EnvironmentTest, NamesTheVariable) {
  setenv("TESSERA_CTX_SIZE", "many", 1);
  EXPECT_THAT(std::string(SetFlagsFromEnvironment().message()),
              HasSubstr("TESSERA_CTX_SIZE: expected a whole number"));
  EXPECT_EQ(FlagVariable("isa"), "");
}

}  // namespace
}  // namespace tessera
