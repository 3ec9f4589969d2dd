#include "bench/roofline.h"

#include "bench/cold_buffer.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(RooflineTest, IsTheLongerOfReadingAndMultiplying) {
  const MachineLimits limits = {100, 50, 10, 20};
  Work work;
  work.weight_bytes = 300;         // 3 s
  work.AddMacs(DType::kQ4_K, 50);  // 1 s
  work.AddMacs(DType::kF16, 5);    // 0.5 s
  work.AddMacs(DType::kBF16, 20);  // 1 s
  EXPECT_DOUBLE_EQ(work.macs(), 75);
  EXPECT_DOUBLE_EQ(RooflineOf(work, limits).read_seconds, 3);
  EXPECT_DOUBLE_EQ(RooflineOf(work, limits).multiply_seconds, 2.5);
  EXPECT_DOUBLE_EQ(RooflineOf(work, limits).seconds(), 3);
  EXPECT_EQ(RooflineOf(work, limits).bound(), "memory");

  Work more = work;
  more.weight_bytes = 0;
  more.Add(work, 0.5);
  EXPECT_DOUBLE_EQ(more.weight_bytes, 150);
  EXPECT_DOUBLE_EQ(RooflineOf(more, limits).multiply_seconds, 3.75);
  EXPECT_EQ(RooflineOf(more, limits).bound(), "compute");
}

TEST(MachineLimitsTest, MiddleAndDrift) {
  const MachineLimits before = {100, 50, 10, 20};
  const MachineLimits after = {110, 45, 10, 20};
  const MachineLimits middle = Middle(before, after);
  EXPECT_DOUBLE_EQ(middle.read_bytes, 105);
  EXPECT_DOUBLE_EQ(middle.integer_macs, 47.5);
  EXPECT_NEAR(Drift(before, after), 0.1, 1e-12);
  EXPECT_EQ(Drift(before, before), 0);
}

TEST(MachineLimitsTest, EveryIsaHasLimits) {
  ThreadPool pool(2);
  const auto memory = ColdBuffer::Create(uint64_t{8} << 20, pool);
  ASSERT_TRUE(memory.ok()) << memory.status();
  for (const Isa isa : SupportedIsas()) {
    const MachineLimits limits =
        LimitMeter(pool, **memory, isa, 1e-4).Measure();
    EXPECT_GT(limits.read_bytes, 0) << IsaName(isa);
    EXPECT_GT(limits.integer_macs, 0) << IsaName(isa);
    EXPECT_GT(limits.float_macs, 0) << IsaName(isa);
    EXPECT_GT(limits.bfloat_macs, 0) << IsaName(isa);
  }
}

TEST(ColdBufferTest, IsLargerThanTheCacheAndSmallerThanTheMemory) {
  constexpr uint64_t kGiB = uint64_t{1} << 30;
  EXPECT_EQ(ColdBytes(32 << 20, 64 * kGiB), kGiB);
  EXPECT_EQ(ColdBytes(512 << 20, 64 * kGiB), 4 * kGiB);
  EXPECT_EQ(ColdBytes(512 << 20, 8 * kGiB), 2 * kGiB);
  EXPECT_GT(ColdBytes(0, 0), 0u);
}

}  // namespace
}  // namespace tessera
