#include "runtime/loader/loaded_arena.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "formats/layout/pack.h"
#include "gtest/gtest.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20;

std::string WriteFile(const std::string& name,
                      const std::vector<uint8_t>& bytes) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

std::vector<uint8_t> SmallArenaFile() {
  ArenaBuilder builder = SmallArena();
  const Manifest manifest = builder.Finish();
  return builder.FileWith(manifest);
}

// Opens `path`, which must fail with `code` and a message that starts with the
// path; returns the message.
std::string OpenError(const std::string& path, absl::StatusCode code) {
  const auto arena = LoadedArena::Open(path, LoadOptions());
  EXPECT_EQ(arena.status().code(), code) << arena.status();
  EXPECT_TRUE(absl::StartsWith(arena.status().message(), path + ": "))
      << arena.status();
  return std::string(arena.status().message());
}

TEST(LoadedArenaTest, ViewsUnpackToTheRowsThatWerePacked) {
  const std::string path = WriteFile("views.arena", SmallArenaFile());
  ThreadPool pool(2);
  LoadOptions options;
  options.pool = &pool;
  const auto arena = LoadedArena::Open(path, options);
  ASSERT_TRUE(arena.ok()) << arena.status();
  ASSERT_FALSE((*arena)->tensors().empty());
  for (const TensorView& view : (*arena)->tensors()) {
    EXPECT_EQ((*arena)->FindTensor(view.name), &view);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(view.data) % 64, 0u);
    const TensorLayout& layout = view.layout;
    const std::vector<uint8_t> expected = ArenaBuilder::RowMajorBytes(
        {std::string(view.name), view.type, layout.order,
         std::vector<uint64_t>(view.shape.begin(), view.shape.end())});
    std::vector<uint8_t> row(layout.row_bytes);
    for (uint64_t r = 0; r < layout.rows; ++r) {
      UnpackRow(layout,
                view.data + r / layout.tile_rows * layout.row_tile_stride,
                r % layout.tile_rows, row.data());
      ASSERT_TRUE(std::equal(row.begin(), row.end(),
                             expected.begin() + r * layout.row_bytes))
          << view.name << " row " << r;
    }
  }
  EXPECT_EQ((*arena)->FindTensor("no such tensor"), nullptr);
}

TEST(LoadedArenaTest, ReportsWhatItGot) {
  const std::vector<uint8_t> file = SmallArenaFile();
  const std::string path = WriteFile("report.arena", file);
  const auto arena = LoadedArena::Open(path, LoadOptions());
  ASSERT_TRUE(arena.ok()) << arena.status();
  const LoadReport& report = (*arena)->report();
  EXPECT_EQ(report.mapped_bytes, file.size());
  EXPECT_EQ(report.hot_bytes, 2 * kMebibyte);
  EXPECT_LE(report.huge_bytes, report.hot_bytes);
  EXPECT_GT(report.seconds, 0);
  EXPECT_GT(report.gigabytes_per_second(), 0);
  EXPECT_EQ(report.why_not_huge.empty(),
            report.huge_bytes == report.hot_bytes);
}

TEST(LoadedArenaTest, OffMeansNoHugePages) {
  const std::string path = WriteFile("off.arena", SmallArenaFile());
  LoadOptions options;
  options.huge_pages = HugePages::kOff;
  const auto arena = LoadedArena::Open(path, options);
  ASSERT_TRUE(arena.ok()) << arena.status();
  EXPECT_EQ((*arena)->report().huge_bytes, 0u);
  EXPECT_EQ((*arena)->report().huge_share(), 0);
  EXPECT_FALSE((*arena)->report().why_not_huge.empty());
}

TEST(LoadedArenaTest, MayLeaveReadingForLater) {
  const std::string path = WriteFile("lazy.arena", SmallArenaFile());
  LoadOptions options;
  options.populate = false;
  const auto arena = LoadedArena::Open(path, options);
  ASSERT_TRUE(arena.ok()) << arena.status();
  EXPECT_EQ((*arena)->tensors().size(),
            static_cast<size_t>((*arena)->manifest().tensors_size()));
}

TEST(LoadedArenaTest, RefusesWhatIsNoArena) {
  OpenError(testing::TempDir() + "/missing.arena",
            absl::StatusCode::kNotFound);
  OpenError(WriteFile("empty.arena", {}), absl::StatusCode::kInvalidArgument);
  OpenError(WriteFile("short.arena", {'h', 'i'}), absl::StatusCode::kDataLoss);
  OpenError(WriteFile("text.arena", std::vector<uint8_t>(100'000, 'x')),
            absl::StatusCode::kDataLoss);
}

TEST(LoadedArenaTest, RefusesATruncatedArena) {
  std::vector<uint8_t> file = SmallArenaFile();
  const size_t size = file.size();
  for (const size_t cut : {size - 1, size / 2, size_t{4096}, size_t{4095}}) {
    file.resize(cut);
    OpenError(WriteFile("truncated.arena", file), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace tessera
