#include "bench/gate/counts.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "bench/gate/allocation_counter.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(CountsTest, BytesOfATokenAreThoseOfTheLayout) {
  const Counts counts = CountWeightBytes();
  // 18 bytes for 32 weights; the shape has a billion of them.
  const double rowmajor = counts.at("token Q4_0 rowmajor: bytes");
  EXPECT_EQ(rowmajor,
            (22.0 * (2048 * 2048 * 2 + 2 * 256 * 2048 + 3 * 2048 * 5632) +
             32000 * 2048) /
                32 * 18);
  EXPECT_EQ(counts.at("token Q4_0 rowmajor: padding"), 0);
  EXPECT_EQ(counts.at("token Q4_0 interleaved: bytes"),
            rowmajor + counts.at("token Q4_0 interleaved: padding"));
}

TEST(CountsTest, FilesHaveSizes) {
  const std::string path = testing::TempDir() + "/seven";
  std::ofstream(path) << "1234567";
  const auto counts = CountFileBytes({path});
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->at("seven: bytes of the file"), 7);
  EXPECT_TRUE(absl::IsNotFound(CountFileBytes({"/nowhere"}).status()));
}

TEST(CountsTest, OnlyWhatTheFilterLeavesIsMade) {
  ThreadPool pool(1);
  const auto one = CountModels(pool, "small F16 swizzled barriers");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->size(), 5u);
  for (const auto& [name, value] : *one) {
    EXPECT_TRUE(absl::StartsWith(name, "small model F16 swizzled: ")) << name;
  }
  EXPECT_TRUE(CountModels(pool, "gemv")->empty());
}

// This test is linked with plant.cc.
TEST(CountsTest, WhatIsPlantedIsFound) {
  ThreadPool pool(2);
  const auto before = CountModels(pool, "");
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->at("small model Q4_0 interleaved: allocations per token"),
            0);
  setenv("TESSERA_PLANT", "barrier,allocation", 1);
  const auto after = CountModels(pool, "");
  unsetenv("TESSERA_PLANT");
  ASSERT_TRUE(after.ok()) << after.status();
  for (const auto& [name, value] : *before) {
    // The model has four layers.
    const double more = absl::EndsWith(name, ": barriers per token")      ? 4
                        : absl::EndsWith(name, ": allocations per token") ? 1
                                                                          : 0;
    EXPECT_EQ(after->at(name), value + more) << name;
  }
}

}  // namespace
}  // namespace tessera
