#include "bench/random_rows.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "bench/kernel_suite.h"
#include "formats/quant/codec.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(RandomSequenceTest, IsAboutNormal) {
  RandomSequence random(7);
  double sum = 0;
  double squares = 0;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const double value = random.NextNormal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.03);
  EXPECT_NEAR(squares / kCount, 1, 0.05);
}

// SplitMix64 from seed 1234567; the values are widely published.
TEST(RandomSequenceTest, IsSplitMix64) {
  RandomSequence random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317u);
  EXPECT_EQ(random.Next(), 3203168211198807973u);
}

// Every type with a kernel can be measured, and its weights are small numbers.
TEST(RandomRowsTest, HasRowsOfEveryKernelType) {
  ThreadPool pool(2);
  for (const DType type : KernelTypes()) {
    const auto rows = RandomRows::Create(type, 512, 5, 1, pool);
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(rows->count(), 5u);
    EXPECT_EQ(rows->row_bytes(), *RowBytes(type, 512));
    EXPECT_EQ(rows->row(7), rows->row(2));
    EXPECT_NE(std::memcmp(rows->row(0), rows->row(1), rows->row_bytes()), 0);
    std::vector<float> values(512);
    FindCodec(type)->dequantize_row(rows->row(0), 512, values.data());
    for (const float value : values) {
      ASSERT_LT(std::abs(value), 100) << DTypeName(type);
    }
  }
}

TEST(RandomRowsTest, EqualSeedsGiveEqualBytes) {
  ThreadPool one(1);
  ThreadPool three(3);
  const auto a = RandomRows::Create(DType::kQ4_0, 64, 9, 5, one);
  const auto b = RandomRows::Create(DType::kQ4_0, 64, 9, 5, three);
  const auto c = RandomRows::Create(DType::kQ4_0, 64, 9, 6, one);
  ASSERT_TRUE(a.ok() && b.ok() && c.ok());
  EXPECT_EQ(std::memcmp(a->row(0), b->row(0), 9 * a->row_bytes()), 0);
  EXPECT_NE(std::memcmp(a->row(0), c->row(0), 9 * a->row_bytes()), 0);
}

TEST(RandomRowsTest, RefusesWhatThereIsNot) {
  ThreadPool pool(1);
  EXPECT_TRUE(absl::IsInvalidArgument(
      RandomRows::Create(DType::kQ4_K, 96, 1, 1, pool).status()));
  EXPECT_TRUE(absl::IsUnimplemented(
      RandomRows::Create(DType::kIQ2_XXS, 256, 1, 1, pool).status()));
}

}  // namespace
}  // namespace tessera
