#include "base/populator.h"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <mutex>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

FileMapping MapFile(const std::string& name, uint64_t size) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << std::string(size, 'x');
  auto mapping = FileMapping::Open(path);
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  EXPECT_TRUE(mapping->DropFromPageCache().ok());
  return *std::move(mapping);
}

TEST(PopulatorTest, ReadsEachRangeOnceInPieces) {
  const FileMapping mapping = MapFile("ranges", 40 * kMiB);
  mapping.Advise({0, 40 * kMiB}, Access::kHugePagesInParallel);
  std::mutex mutex;
  uint64_t bytes = 0;
  std::set<uint64_t> offsets;
  Populator populator(mapping, {{20 * kMiB, 20 * kMiB}, {2 * kMiB, 9 * kMiB}},
                      3, [&](FileRange piece) {
                        const std::lock_guard<std::mutex> lock(mutex);
                        bytes += piece.size;
                        offsets.insert(piece.offset);
                        return absl::OkStatus();
                      });
  EXPECT_TRUE(populator.Wait().ok());
  EXPECT_TRUE(populator.done());
  EXPECT_TRUE(populator.status().ok());
  EXPECT_GT(populator.elapsed(), absl::ZeroDuration());
  EXPECT_EQ(populator.elapsed(), populator.elapsed());
  EXPECT_EQ(bytes, 29 * kMiB);
  EXPECT_EQ(offsets, (std::set<uint64_t>{20 * kMiB, 28 * kMiB, 36 * kMiB,
                                         2 * kMiB, 10 * kMiB}));
  EXPECT_EQ(mapping.CachedShare({20 * kMiB, 20 * kMiB}), 1);
  EXPECT_EQ(mapping.CachedShare({2 * kMiB, 9 * kMiB}), 1);
  EXPECT_EQ(mapping.CachedShare({12 * kMiB, 8 * kMiB}), 0);
}

TEST(PopulatorTest, NothingToReadIsDone) {
  const FileMapping mapping = MapFile("nothing", kMiB);
  Populator populator(mapping, {}, 4);
  EXPECT_TRUE(populator.Wait().ok());
}

TEST(PopulatorTest, TheFirstErrorStopsIt) {
  const FileMapping mapping = MapFile("error", 64 * kMiB);
  std::atomic<int> calls{0};
  Populator populator(mapping, {{0, 64 * kMiB}}, 1, [&](FileRange) {
    ++calls;
    return absl::DataLossError("bad chunk");
  });
  EXPECT_EQ(populator.Wait(), absl::DataLossError("bad chunk"));
  EXPECT_EQ(populator.status(), absl::DataLossError("bad chunk"));
  EXPECT_EQ(calls, 1);
}

TEST(PopulatorTest, SaysThatTheFileWasCut) {
  const FileMapping mapping = MapFile("cut", 32 * kMiB);
  ASSERT_EQ(truncate(mapping.path().c_str(), 10 * kMiB), 0);
  Populator populator(mapping, {{0, 32 * kMiB}}, 4);
  EXPECT_EQ(populator.Wait().code(), absl::StatusCode::kDataLoss);
}

TEST(PopulatorTest, CanBeLeftEarly) {
  const FileMapping mapping = MapFile("early", 64 * kMiB);
  for (int i = 0; i < 20; ++i) Populator(mapping, {{0, 64 * kMiB}}, 4);
}

}  // namespace
}  // namespace tessera
