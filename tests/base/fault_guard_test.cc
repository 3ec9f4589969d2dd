#include "base/fault_guard.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint64_t kPage = 4096;

// A mapped file of `pages` pages of the byte 7, which can be cut.
class MappedPages {
 public:
  explicit MappedPages(const std::string& name, uint64_t pages)
      : path_(testing::TempDir() + "/" + name), size_(pages * kPage) {
    std::ofstream(path_, std::ios::binary) << std::string(size_, 7);
    const int fd = open(path_.c_str(), O_RDONLY);
    data_ = static_cast<const uint8_t*>(
        mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd, 0));
    close(fd);
  }
  ~MappedPages() { munmap(const_cast<uint8_t*>(data_), size_); }

  void Cut(uint64_t pages) {
    ASSERT_EQ(truncate(path_.c_str(), pages * kPage), 0);
  }
  uint8_t At(uint64_t page) const {
    return *static_cast<const volatile uint8_t*>(data_ + page * kPage);
  }
  const uint8_t* data() const { return data_; }
  uint64_t size() const { return size_; }

 private:
  const std::string path_;
  const uint64_t size_;
  const uint8_t* data_;
};

TEST(FaultGuardTest, PagesThatAreGoneReadAsZerosAndAreRemembered) {
  MappedPages file("cut", 16);
  auto guard = FaultGuard::Create(file.data(), file.size());
  ASSERT_TRUE(guard.ok()) << guard.status();
  EXPECT_EQ(file.At(15), 7);
  EXPECT_FALSE(guard->first_fault().has_value());
  file.Cut(4);
  EXPECT_EQ(file.At(9), 0);
  EXPECT_EQ(guard->first_fault(), 9 * kPage);
  EXPECT_EQ(file.At(12), 0);
  EXPECT_EQ(guard->first_fault(), 9 * kPage);
  EXPECT_EQ(file.At(4), 0);
  EXPECT_EQ(guard->first_fault(), 4 * kPage);
  EXPECT_EQ(file.At(3), 7);
}

TEST(FaultGuardTest, ManyThreadsMayFaultAtOnce) {
  for (int round = 0; round < 50; ++round) {
    MappedPages file("threads", 64);
    auto guard = FaultGuard::Create(file.data(), file.size());
    ASSERT_TRUE(guard.ok());
    file.Cut(1);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&file, t] {
        for (uint64_t i = 63; i > 0; --i) {
          EXPECT_EQ(file.At((i * 17 + t) % 63 + 1), 0);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(guard->first_fault(), kPage);
    EXPECT_EQ(file.At(0), 7);
  }
}

TEST(FaultGuardTest, OneFileDoesNotDisturbAnother) {
  MappedPages good("good", 4), bad("bad", 4);
  auto first = FaultGuard::Create(good.data(), good.size());
  auto second = FaultGuard::Create(bad.data(), bad.size());
  ASSERT_TRUE(first.ok() && second.ok());
  bad.Cut(0);
  EXPECT_EQ(bad.At(2), 0);
  EXPECT_EQ(good.At(2), 7);
  EXPECT_FALSE(first->first_fault().has_value());
  EXPECT_TRUE(second->first_fault().has_value());
}

TEST(FaultGuardTest, MovesAndCanBeToldOfFaults) {
  MappedPages file("moved", 2);
  auto guard = FaultGuard::Create(file.data(), file.size());
  ASSERT_TRUE(guard.ok());
  FaultGuard moved = *std::move(guard);
  moved.Report(100);
  moved.Report(200);
  EXPECT_EQ(moved.first_fault(), 100u);
  moved = FaultGuard();
  EXPECT_FALSE(moved.first_fault().has_value());
}

TEST(FaultGuardTest, ThereIsRoomForManyAndAnErrorForTooMany) {
  std::vector<FaultGuard> guards;
  const auto take = [&guards] {
    auto guard = FaultGuard::Create(reinterpret_cast<void*>(kPage), kPage);
    if (guard.ok()) guards.push_back(*std::move(guard));
    return guard.status();
  };
  absl::Status status = take();
  while (status.ok()) status = take();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_GE(guards.size(), 1000u);
  guards.pop_back();
  EXPECT_TRUE(take().ok());
}

TEST(FaultGuardDeathTest, AnyOtherBusErrorStillEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // Of the signal, or of a handler that was there before.
  EXPECT_DEATH(
      {
        MappedPages guarded("guarded", 1);
        MappedPages other("other", 2);
        auto guard = FaultGuard::Create(guarded.data(), guarded.size());
        other.Cut(0);
        static_cast<void>(other.At(1));
      },
      "");
}

}  // namespace
}  // namespace tessera
