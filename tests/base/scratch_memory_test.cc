#include "base/scratch_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <utility>

#include "base/memory_use.h"

namespace tessera {
namespace {

constexpr uint64_t kSize = uint64_t{32} << 20;

class ScratchMemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/scratch";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  std::string folder_;
};

bool IsZero(const ScratchMemory& memory) {
  return std::all_of(memory.data(), memory.data() + memory.size(),
                     [](uint8_t byte) { return byte == 0; });
}

TEST_F(ScratchMemoryTest, InAFileItIsNotAnonymous) {
  const uint64_t before = AnonymousBytes();
  ScratchMemory file = ScratchMemory::InFile(folder_, kSize).value();
  EXPECT_EQ(file.size(), kSize);
  EXPECT_TRUE(IsZero(file));
  std::memset(file.data(), 1, file.size());
  const uint64_t with_file = AnonymousBytes();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 0);

  ScratchMemory memory = ScratchMemory::Anonymous(kSize).value();
  EXPECT_TRUE(IsZero(memory));
  std::memset(memory.data(), 1, memory.size());
  // Sanitizers have memory of their own for either.
  EXPECT_GT(AnonymousBytes() - with_file, with_file - before + kSize / 2);
  file = std::move(memory);
  EXPECT_EQ(file.data()[kSize - 1], 1);
}

TEST_F(ScratchMemoryTest, FullDiskIsAnError) {
  rlimit old_limit;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = old_limit;
  limit.rlim_cur = kSize / 2;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto memory = ScratchMemory::InFile(folder_, kSize);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  EXPECT_FALSE(memory.ok());
  EXPECT_NE(memory.status().message().find(folder_), std::string::npos);
}

TEST_F(ScratchMemoryTest, NoBytesAreNoMapping) {
  const ScratchMemory none = ScratchMemory::Anonymous(0).value();
  EXPECT_EQ(none.data(), nullptr);
  EXPECT_EQ(none.size(), 0);
}

TEST_F(ScratchMemoryTest, FolderThatIsNotThere) {
  EXPECT_EQ(ScratchMemory::InFile(folder_ + "/none", kSize).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tessera
