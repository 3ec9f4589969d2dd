#include "runtime/cpu/numa_policy.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(NumaPolicyTest, ReadsWords) {
  EXPECT_EQ(NumaPolicyFromWord("off")->kind, NumaPolicy::Kind::kOff);
  EXPECT_EQ(NumaPolicyFromWord("interleave")->kind,
            NumaPolicy::Kind::kInterleave);
  const auto bind = NumaPolicyFromWord("bind=12");
  ASSERT_TRUE(bind.ok());
  EXPECT_EQ(bind->kind, NumaPolicy::Kind::kBind);
  EXPECT_EQ(bind->node, 12);
  for (const char* word : {"", "bind", "bind=", "bind=-1", "bind=x", "on"}) {
    EXPECT_EQ(NumaPolicyFromWord(word).status().code(),
              absl::StatusCode::kInvalidArgument)
        << word;
  }
}

TEST(NumaPolicyTest, AppliesOrSaysThatThereIsNothingToDo) {
  EXPECT_EQ(*ApplyNumaPolicy(NumaPolicy()), "");
  const auto done = ApplyNumaPolicy({NumaPolicy::Kind::kInterleave, 0});
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_TRUE(absl::StrContains(*done, "node")) << *done;
  EXPECT_TRUE(ApplyNumaPolicy({NumaPolicy::Kind::kBind, 0}).ok());
}

TEST(NumaPolicyTest, RefusesANodeThatIsNotThere) {
  const auto status =
      ApplyNumaPolicy({NumaPolicy::Kind::kBind, 100000}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(
      status.message(), "there is no NUMA node 100000; this machine has "))
      << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "has one node, 0") ||
              absl::StrContains(status.message(), "has nodes 0, "))
      << status;
}

}  // namespace
}  // namespace tessera
