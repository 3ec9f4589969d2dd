#include "runtime/loader/weight_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/smaps.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20;
constexpr uint64_t kHotBegin = 2 * kMebibyte;
constexpr uint64_t kHotEnd = 42 * kMebibyte;
constexpr FileRange kHot = {kHotBegin, kHotEnd - kHotBegin};
constexpr uint64_t kStep = kMebibyte / 2;  // a matrix

uint64_t WordAt(uint64_t offset) { return offset * 0x9e3779b97f4a7c15 + 1; }

// 44 MiB of known words, on the disk, of which 40 MiB are hot.
class WeightStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = absl::StrCat(
        testing::TempDir(), "/",
        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::vector<uint64_t> words(44 * kMebibyte / 8);
    for (size_t i = 0; i < words.size(); ++i) words[i] = WordAt(i * 8);
    std::ofstream file(path_, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(words.data()),
               static_cast<std::streamsize>(words.size() * 8));
    file.close();
    ASSERT_TRUE(file);
    // Pages that are yet to be written cannot be dropped.
    const int fd = open(path_.c_str(), O_RDONLY);
    ASSERT_EQ(fsync(fd), 0);
    close(fd);
    absl::StatusOr<FileMapping> mapping = FileMapping::Open(path_);
    ASSERT_TRUE(mapping.ok()) << mapping.status();
    mapping_.emplace(*std::move(mapping));
    mapping_->Advise(kHot, Access::kHugePagesInParallel);
  }

  void TearDown() override {
    mapping_.reset();
    unlink(path_.c_str());
  }

  std::unique_ptr<WeightStream> Stream(uint64_t memory_bytes) {
    return std::make_unique<WeightStream>(
        *mapping_, absl::MakeConstSpan(&kHot, 1),
        StreamSizes{memory_bytes, 2 * kMebibyte, 4 * kMebibyte}, 4);
  }

  const uint8_t* At(uint64_t offset) const {
    return mapping_->bytes().data() + offset;
  }

  // Computes with [begin, end): 0 if each word is right.
  uint64_t WrongWords(uint64_t begin, uint64_t end) const {
    uint64_t wrong = 0;
    for (uint64_t offset = begin; offset < end; offset += 8) {
      uint64_t word;
      std::memcpy(&word, At(offset), 8);
      wrong += word != WordAt(offset);
    }
    return wrong;
  }

  // One token.
  void ReadAll(WeightStream& stream) const {
    for (uint64_t at = kHotBegin; at < kHotEnd; at += kStep) {
      stream.Reading(At(at));
      ASSERT_EQ(WrongWords(at, at + kStep), 0u) << at;
    }
  }

  // Bytes that are mapped of the hot part.
  uint64_t MappedBytes() const {
    const auto pages = PagesMapped(At(kHotBegin), kHot.size);
    EXPECT_TRUE(pages.ok()) << pages.status();
    return pages.value_or(MappedPages()).resident;
  }

  std::string path_;
  std::optional<FileMapping> mapping_;
};

// Waits, for a minute at most, until `condition` holds; says whether it does.
template <typename Condition>
bool Eventually(const Condition& condition) {
  const absl::Time end = absl::Now() + absl::Minutes(1);
  while (!condition()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

TEST_F(WeightStreamTest, SeveralPassesReadWhatIsInTheFile) {
  const auto stream = Stream(16 * kMebibyte);
  for (int pass = 0; pass < 5; ++pass) ReadAll(*stream);
  EXPECT_TRUE(stream->status().ok()) << stream->status();
}

TEST_F(WeightStreamTest, ReportsItsPlan) {
  const auto stream = Stream(16 * kMebibyte);
  const WeightStream::Report report = stream->report();
  EXPECT_EQ(report.resident_bytes, 12 * kMebibyte);
  EXPECT_EQ(report.window_bytes, 4 * kMebibyte);
  EXPECT_EQ(report.streamed_bytes, 28 * kMebibyte);
}

TEST_F(WeightStreamTest, ReadsTheResidentPartAndOneWindowUnasked) {
  const auto stream = Stream(16 * kMebibyte);
  EXPECT_TRUE(Eventually(
      [&] { return stream->report().read_bytes >= 16 * kMebibyte; }));
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(stream->report().read_bytes, 16 * kMebibyte);
}

TEST_F(WeightStreamTest, WhatIsMappedStaysWithinTheBudget) {
  const auto stream = Stream(16 * kMebibyte);
  for (int pass = 0; pass < 3; ++pass) {
    for (uint64_t at = kHotBegin; at < kHotEnd; at += 4 * kStep) {
      stream->Reading(At(at));
      ASSERT_EQ(WrongWords(at, at + 4 * kStep), 0u);
      ASSERT_TRUE(Eventually([&] { return MappedBytes() <= 16 * kMebibyte; }))
          << MappedBytes() << " at " << at << " of pass " << pass;
    }
  }
}

TEST_F(WeightStreamTest, ReadsAheadIntoTheNextPass) {
  const auto stream = Stream(16 * kMebibyte);
  const auto has_read = [&](uint64_t bytes) {
    return Eventually([&] { return stream->report().read_bytes == bytes; });
  };
  ASSERT_TRUE(has_read(16 * kMebibyte));
  // The last unit is resident: the window is the beginning of the next pass.
  stream->Reading(At(kHotEnd - 8));
  ASSERT_TRUE(has_read(20 * kMebibyte));
  // Nothing moves before the first of them has been passed.
  stream->Reading(At(kHotBegin));
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_TRUE(has_read(20 * kMebibyte));
}

TEST_F(WeightStreamTest, SkippingAndRepeatingPartsIsAllowed) {
  const auto stream = Stream(8 * kMebibyte);
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const uint64_t steps = (kHotEnd - kHotBegin) / kStep;
    const uint64_t at = kHotBegin + WordAt(seed) % steps * kStep;
    stream->Reading(At(at));
    ASSERT_EQ(WrongWords(at, at + kStep), 0u);
  }
  EXPECT_TRUE(stream->status().ok());
}

TEST_F(WeightStreamTest, SeveralThreadsMayCompute) {
  const auto stream = Stream(16 * kMebibyte);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] { ReadAll(*stream); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(stream->status().ok());
}

TEST_F(WeightStreamTest, MemoryForNothingStillComputes) {
  const auto stream = Stream(0);
  ReadAll(*stream);
  ReadAll(*stream);
  EXPECT_EQ(stream->report().resident_bytes, 0u);
  EXPECT_TRUE(stream->status().ok());
}

TEST_F(WeightStreamTest, MemoryForAllReadsItOnce) {
  const auto stream = Stream(40 * kMebibyte);
  ReadAll(*stream);
  ReadAll(*stream);
  EXPECT_TRUE(Eventually(
      [&] { return stream->report().read_bytes == 40 * kMebibyte; }));
  EXPECT_EQ(stream->report().streamed_bytes, 0u);
}

TEST_F(WeightStreamTest, EndsWhileReading) {
  for (int i = 0; i < 20; ++i) Stream(16 * kMebibyte)->Reading(At(kHotEnd - 8));
}

TEST_F(WeightStreamTest, TellsOfATruncatedFile) {
  ASSERT_EQ(truncate(path_.c_str(), 21 * kMebibyte), 0);
  const auto stream = Stream(16 * kMebibyte);
  ASSERT_TRUE(Eventually([&] { return !stream->status().ok(); }));
  const absl::Status status = stream->status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_TRUE(absl::StartsWith(status.message(),
                               absl::StrCat(path_, ": byte ", 21 * kMebibyte)))
      << status;
  // It stays.
  stream->Reading(At(kHotBegin + 8 * kMebibyte));
  EXPECT_EQ(stream->status(), status);
}

}  // namespace
}  // namespace tessera
