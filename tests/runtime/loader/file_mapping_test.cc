#include "runtime/loader/file_mapping.h"

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
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  for (uint64_t i = 0; i < size; ++i) file.put(static_cast<char>(i / 4096));
  return path;
}

TEST(FileMappingTest, MapsOnHugePagesAndReadsEveryByte) {
  const uint64_t size = (uint64_t{5} << 20) + 123;
  const std::string path = WriteFile("mapping", size);
  for (const bool huge : {true, false}) {
    auto mapping = FileMapping::Open(path, huge);
    ASSERT_TRUE(mapping.ok()) << mapping.status();
    const auto bytes = mapping->bytes();
    EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % kHugePageBytes, 0u);
    ASSERT_EQ(bytes.size(), size);
    ThreadPool pool(3);
    EXPECT_TRUE(mapping->Populate(4096, size - 4096, &pool).ok());
    EXPECT_TRUE(mapping->Populate(0, size, nullptr).ok());
    mapping->AdviseSmallPages(0, uint64_t{2} << 20);
    for (uint64_t i = 0; i < size; i += 1000) {
      ASSERT_EQ(bytes[i], static_cast<uint8_t>(i / 4096)) << i;
    }
  }
}

TEST(FileMappingTest, MovesItsMapping) {
  auto first = FileMapping::Open(WriteFile("moved", 5000), true);
  ASSERT_TRUE(first.ok());
  FileMapping second = *std::move(first);
  EXPECT_EQ(second.bytes().size(), 5000u);
  EXPECT_EQ(second.bytes()[4999], 1);
}

TEST(FileMappingTest, SaysWhatCannotBeMapped) {
  const std::string missing = testing::TempDir() + "/missing";
  const auto none = FileMapping::Open(missing, true);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StartsWith(none.status().message(), missing + ": "));

  const auto folder = FileMapping::Open(testing::TempDir(), true);
  EXPECT_EQ(folder.status().code(), absl::StatusCode::kInvalidArgument);
  const auto empty = FileMapping::Open(WriteFile("empty", 0), true);
  EXPECT_EQ(empty.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(FileMappingTest, PopulateNoticesAFileThatWasCut) {
  const std::string path = WriteFile("cut", 1 << 20);
  auto mapping = FileMapping::Open(path, true);
  ASSERT_TRUE(mapping.ok());
  ASSERT_EQ(truncate(path.c_str(), 8192), 0);
  EXPECT_TRUE(mapping->Populate(0, 8192, nullptr).ok());
  const absl::Status status = mapping->Populate(8192, 65536, nullptr);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StrContains(status.message(), "bytes 8192 to 73728"))
      << status;
}

}  // namespace
}  // namespace tessera
