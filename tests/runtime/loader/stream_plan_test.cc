#include "runtime/loader/stream_plan.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20;

StreamSizes Sizes(uint64_t memory, uint64_t unit, uint64_t window) {
  return {memory * kMebibyte, unit * kMebibyte, window * kMebibyte};
}

// All units by offset.
std::vector<FileRange> AllUnits(const StreamPlan& plan) {
  std::vector<FileRange> units = plan.resident;
  units.insert(units.end(), plan.streamed.begin(), plan.streamed.end());
  std::sort(units.begin(), units.end(),
            [](const auto& a, const auto& b) { return a.offset < b.offset; });
  return units;
}

TEST(StreamPlanTest, UnitsCoverEveryExtentOnce) {
  const std::vector<FileRange> hot = {{2 * kMebibyte, 14 * kMebibyte},
                                      {20 * kMebibyte, 0},
                                      {32 * kMebibyte, 10 * kMebibyte + 5}};
  for (uint64_t memory = 0; memory <= 30; ++memory) {
    const StreamPlan plan = PlanStream(hot, Sizes(memory, 4, 8));
    const std::vector<FileRange> units = AllUnits(plan);
    uint64_t sum = 0;
    size_t i = 0;
    for (const FileRange& range : hot) {
      uint64_t offset = range.offset;
      for (; offset < range.end(); offset += units[i++].size) {
        ASSERT_LT(i, units.size());
        ASSERT_EQ(units[i].offset, offset);
        ASSERT_LE(units[i].size, 4 * kMebibyte);
        sum += units[i].size;
      }
      ASSERT_EQ(offset, range.end());
    }
    EXPECT_EQ(i, units.size());
    EXPECT_EQ(plan.resident_bytes + plan.streamed_bytes, sum);
  }
}

TEST(StreamPlanTest, ResidentAndWindowFitIntoMemory) {
  const std::vector<FileRange> hot = {{0, 100 * kMebibyte}};
  for (uint64_t memory = 4; memory < 100; ++memory) {
    const StreamPlan plan = PlanStream(hot, Sizes(memory, 4, 8));
    EXPECT_LE(plan.resident_bytes + plan.window_bytes, memory * kMebibyte);
    EXPECT_GE(plan.window, 1u);
    // No unit is in the window twice.
    EXPECT_LE(plan.window, plan.streamed.size());
    if (memory >= 16) {
      EXPECT_GT(plan.resident_bytes + plan.window_bytes + 4 * kMebibyte,
                memory * kMebibyte);
    }
  }
}

TEST(StreamPlanTest, StreamedUnitsAreSpreadEvenly) {
  const StreamPlan plan = PlanStream(
      std::vector<FileRange>{{0, 400 * kMebibyte}}, Sizes(208, 4, 8));
  ASSERT_EQ(plan.streamed.size(), 50u);
  for (size_t i = 1; i < plan.streamed.size(); ++i) {
    EXPECT_EQ(plan.streamed[i].offset - plan.streamed[i - 1].offset,
              8 * kMebibyte);
  }
}

TEST(StreamPlanTest, WhatFitsIsResident) {
  const StreamPlan plan = PlanStream(
      std::vector<FileRange>{{kMebibyte, 10 * kMebibyte}}, Sizes(10, 4, 8));
  EXPECT_TRUE(plan.streamed.empty());
  EXPECT_EQ(plan.window, 0u);
  EXPECT_EQ(plan.resident_bytes, 10 * kMebibyte);
}

TEST(StreamPlanTest, NothingHotIsAnEmptyPlan) {
  const StreamPlan plan = PlanStream({}, Sizes(0, 4, 8));
  EXPECT_TRUE(plan.resident.empty());
  EXPECT_TRUE(plan.streamed.empty());
  EXPECT_EQ(plan.StreamedBefore(1), 0u);
}

TEST(StreamPlanTest, CountsStreamedUnitsBeforeAnOffset) {
  const StreamPlan plan = PlanStream(
      std::vector<FileRange>{{2 * kMebibyte, 8 * kMebibyte}}, Sizes(0, 2, 2));
  ASSERT_EQ(plan.streamed.size(), 4u);
  EXPECT_EQ(plan.StreamedBefore(0), 0u);
  EXPECT_EQ(plan.StreamedBefore(2 * kMebibyte), 0u);
  EXPECT_EQ(plan.StreamedBefore(4 * kMebibyte - 1), 0u);
  EXPECT_EQ(plan.StreamedBefore(4 * kMebibyte), 1u);
  EXPECT_EQ(plan.StreamedBefore(10 * kMebibyte), 4u);
  EXPECT_EQ(plan.StreamedBefore(~uint64_t{0}), 4u);
}

}  // namespace
}  // namespace tessera
