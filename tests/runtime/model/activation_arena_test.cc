#include "runtime/model/activation_arena.h"

#include <algorithm>
#include <cstdint>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ActivationArenaTest, CountsThenGivesSeparateZeroedLines) {
  ActivationArena arena;
  EXPECT_EQ(arena.Take<float>(3), nullptr);
  EXPECT_EQ(arena.Take<uint8_t>(65), nullptr);
  EXPECT_EQ(arena.Take<int32_t>(1), nullptr);
  ASSERT_TRUE(arena.Reserve().ok());

  float* a = arena.Take<float>(3);
  uint8_t* b = arena.Take<uint8_t>(65);
  int32_t* c = arena.Take<int32_t>(1);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(a) % 64, 0u);
  EXPECT_EQ(b - reinterpret_cast<uint8_t*>(a), 64);
  EXPECT_EQ(reinterpret_cast<uint8_t*>(c) - b, 128);
  EXPECT_EQ(std::count(b, b + 65, 0), 65);
  EXPECT_GE(arena.bytes(), 64u + 128 + 64);
}

TEST(ActivationArenaTest, SaysThatMemoryDoesNotSuffice) {
  ActivationArena arena;
  arena.Take<float>(uint64_t{1} << 45);
  EXPECT_EQ(arena.Reserve().code(), absl::StatusCode::kResourceExhausted);
}

TEST(ActivationArenaTest, CountsWithoutOverflow) {
  ActivationArena product;
  product.Take<float>(~uint64_t{0});
  EXPECT_EQ(product.Reserve().code(), absl::StatusCode::kResourceExhausted);
  ActivationArena sum;
  sum.Take<uint8_t>(uint64_t{1} << 63);
  sum.Take<uint8_t>(uint64_t{1} << 63);
  EXPECT_EQ(sum.Reserve().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace tessera
