#include "runtime/ops/workspace.h"

#include <algorithm>
#include <cstdint>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(WorkspaceTest, CountsThenGivesSeparateZeroedLines) {
  Workspace workspace;
  EXPECT_EQ(workspace.Allocate<float>(3), nullptr);
  EXPECT_EQ(workspace.Allocate<uint8_t>(65), nullptr);
  EXPECT_EQ(workspace.Allocate<int32_t>(1), nullptr);
  ASSERT_TRUE(workspace.Reserve().ok());

  float* a = workspace.Allocate<float>(3);
  uint8_t* b = workspace.Allocate<uint8_t>(65);
  int32_t* c = workspace.Allocate<int32_t>(1);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(a) % 64, 0u);
  EXPECT_EQ(b - reinterpret_cast<uint8_t*>(a), 64);
  EXPECT_EQ(reinterpret_cast<uint8_t*>(c) - b, 128);
  EXPECT_EQ(std::count(b, b + 65, 0), 65);
  EXPECT_GE(workspace.bytes(), 64u + 128 + 64);
}

TEST(WorkspaceTest, NothingIsNoError) {
  Workspace workspace;
  workspace.Allocate<float>(0);
  EXPECT_TRUE(workspace.Reserve().ok());
  EXPECT_EQ(workspace.bytes(), 0u);
}

TEST(WorkspaceTest, SaysThatMemoryDoesNotSuffice) {
  Workspace workspace;
  workspace.Allocate<float>(uint64_t{1} << 45);
  EXPECT_EQ(workspace.Reserve().code(), absl::StatusCode::kResourceExhausted);
}

TEST(WorkspaceTest, CountsWithoutOverflow) {
  Workspace product;
  product.Allocate<float>(~uint64_t{0});
  EXPECT_EQ(product.Reserve().code(), absl::StatusCode::kResourceExhausted);
  Workspace sum;
  sum.Allocate<uint8_t>(uint64_t{1} << 63);
  sum.Allocate<uint8_t>(uint64_t{1} << 63);
  EXPECT_EQ(sum.Reserve().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace tessera
