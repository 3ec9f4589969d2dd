#include "base/page_residency.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kSize = 16 * kMiB;

class PageResidencyTest : public testing::Test {
 protected:
  PageResidencyTest() {
    const std::string path = testing::TempDir() + "/page_residency";
    std::ofstream(path, std::ios::binary) << std::string(kSize, 'x');
    chmod(path.c_str(), 0644);
    fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    fdatasync(fd_);
  }
  ~PageResidencyTest() override { close(fd_); }

  void Drop(uint64_t offset, uint64_t size) const {
    posix_fadvise(fd_, offset, size, POSIX_FADV_DONTNEED);
  }

  int fd_ = -1;
};

TEST_F(PageResidencyTest, BothWaysSayTheSame) {
  EXPECT_EQ(CachedShare(fd_, {0, kSize}), 1);
  EXPECT_EQ(TriedShare(fd_, {0, kSize}, 100), 1);
  EXPECT_EQ(IsCached(fd_, {0, kSize}), true);
  Drop(0, 8 * kMiB);
  EXPECT_EQ(CachedShare(fd_, {0, kSize}), 0.5);
  EXPECT_EQ(TriedShare(fd_, {0, kSize}, 100), 0.5);
  EXPECT_EQ(TriedShare(fd_, {0, kSize}, 4), 0.5);
  EXPECT_EQ(IsCached(fd_, {0, kSize}), false);
  EXPECT_EQ(IsCached(fd_, {8 * kMiB, 8 * kMiB}), true);
  EXPECT_EQ(IsCached(fd_, {8 * kMiB - 1, 2}), false);
  EXPECT_EQ(CachedShare(fd_, {5, 0}), 1);
  EXPECT_EQ(TriedShare(fd_, {5, 0}, 100), 1);
}

TEST_F(PageResidencyTest, TryingChangesNothing) {
  Drop(0, 0);
  EXPECT_EQ(TriedShare(fd_, {0, kSize}, 100), 0);
  EXPECT_EQ(TriedShare(fd_, {0, kSize}, 100), 0);
  EXPECT_EQ(CachedShare(fd_, {0, kSize}), 0);
}

// Root may know; nobody is told nothing or the truth, never that all is there.
TEST_F(PageResidencyTest, WhoMayOnlyReadIsNotToldALie) {
  Drop(0, 0);
  const bool is_root = geteuid() == 0;
  ASSERT_EQ(seteuid(is_root ? 65534 : geteuid()), 0);
  const std::optional<double> share = CachedShare(fd_, {0, kSize});
  const std::optional<bool> all = IsCached(fd_, {0, kSize});
  ASSERT_EQ(seteuid(is_root ? 0 : geteuid()), 0);
  EXPECT_EQ(share.value_or(0), 0);
  EXPECT_EQ(all.value_or(false), false);
}

TEST_F(PageResidencyTest, WhatCannotBeAskedIsUnknown) {
  EXPECT_EQ(CachedShare(-1, {0, kSize}), std::nullopt);
  EXPECT_EQ(IsCached(-1, {0, kSize}), std::nullopt);
}

}  // namespace
}  // namespace tessera
