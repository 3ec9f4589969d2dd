#include "base/file_mapping.h"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// A file of `size` bytes under the test's folder; byte i is i / 4096.
std::string WriteFile(const std::string& name, uint64_t size) {
  const std::string path = testing::TempDir() + "/" + name;
  std::string bytes(size, '\0');
  for (uint64_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i / 4096);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  return path;
}

TEST(FileMappingTest, ReadsEveryByteWithAnyAdvice) {
  const uint64_t size = (uint64_t{5} << 20) + 123;
  const std::string path = WriteFile("mapping", size);
  for (const Access access :
       {Access::kSmallPages, Access::kRows, Access::kHugePages,
        Access::kHugePagesInParallel}) {
    const auto mapping = FileMapping::Open(path);
    ASSERT_TRUE(mapping.ok()) << mapping.status();
    ASSERT_TRUE(mapping->DropFromPageCache().ok());
    mapping->Advise({0, size}, access);
    mapping->ReadAhead({4096, 8192});
    const auto bytes = mapping->bytes();
    EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % kHugePageBytes, 0u);
    ASSERT_EQ(bytes.size(), size);
    EXPECT_TRUE(mapping->Populate({5000, 100000}).ok());
    EXPECT_TRUE(mapping->Populate({0, size}).ok());
    EXPECT_EQ(mapping->CachedShare({0, size}), 1);
    for (uint64_t i = 0; i < size; i += 1000) {
      ASSERT_EQ(bytes[i], static_cast<uint8_t>(i / 4096)) << i;
    }
    EXPECT_TRUE(mapping->CheckReadable().ok());
  }
}

TEST(FileMappingTest, DropsWhatNobodyHasMapped) {
  const uint64_t size = uint64_t{8} << 20;
  const std::string path = WriteFile("drop", size);
  const auto mapping = FileMapping::Open(path);
  ASSERT_TRUE(mapping.ok());
  EXPECT_EQ(mapping->CachedShare({0, size}), 1);
  ASSERT_TRUE(mapping->DropFromPageCache().ok());
  EXPECT_EQ(mapping->CachedShare({0, size}), 0);
  EXPECT_EQ(mapping->CachedShare({0, 0}), 1);
}

TEST(FileMappingTest, MovesItsMapping) {
  auto first = FileMapping::Open(WriteFile("moved", 5000));
  ASSERT_TRUE(first.ok());
  const FileMapping second = *std::move(first);
  EXPECT_EQ(second.bytes().size(), 5000u);
  EXPECT_EQ(second.bytes()[4999], 1);
  EXPECT_TRUE(second.CheckReadable().ok());
}

TEST(FileMappingTest, SaysWhatCannotBeMapped) {
  const std::string missing = testing::TempDir() + "/missing";
  const auto none = FileMapping::Open(missing);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StartsWith(none.status().message(), missing + ": "));

  const auto folder = FileMapping::Open(testing::TempDir());
  EXPECT_EQ(folder.status().code(), absl::StatusCode::kInvalidArgument);
  const auto empty = FileMapping::Open(WriteFile("empty", 0));
  EXPECT_EQ(empty.status().code(), absl::StatusCode::kInvalidArgument);
}

// Cuts a mapped file of 1 MiB to `size` bytes.
absl::StatusOr<FileMapping> CutMapping(const std::string& name, uint64_t size) {
  const std::string path = WriteFile(name, 1 << 20);
  auto mapping = FileMapping::Open(path);
  EXPECT_TRUE(mapping.ok());
  EXPECT_EQ(truncate(path.c_str(), size), 0);
  return mapping;
}

TEST(FileMappingTest, PopulateNamesTheFirstByteThatIsGone) {
  const auto mapping = CutMapping("cut", 8192);
  const absl::Status status = mapping->Populate({4096, 65536});
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(
      absl::StrContains(status.message(),
                        "byte 8192 and what follows is gone: the file was cut "
                        "from 1048576 to 8192 bytes"))
      << status;
  EXPECT_TRUE(absl::StartsWith(status.message(), mapping->path() + ": "));
}

TEST(FileMappingTest, ReadingOnGivesZerosAndAnError) {
  const auto mapping = CutMapping("read", 4096);
  EXPECT_EQ(*static_cast<const volatile uint8_t*>(&mapping->bytes()[900000]),
            0);
  EXPECT_EQ(mapping->CheckReadable().code(), absl::StatusCode::kDataLoss);
}

TEST(FileMappingTest, NoticesACutThatNoReadNotices) {
  // Within the last page, which stays.
  const auto mapping = CutMapping("within", (1 << 20) - 1);
  EXPECT_EQ(mapping->CheckReadable().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace tessera
