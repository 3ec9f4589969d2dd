#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/atomic_file.h"
#include "base/read_file.h"
#include "converter/arena_output.h"
#include "converter/convert_to_arena.h"
#include "converter/source/open_source.h"

namespace tessera {
namespace {

using Bytes = std::string;

constexpr char kModel[] = "testdata/tiny";
constexpr size_t kAllStreams = 1000;

class ResumeTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    output_.path = folder_ + "/out.arena";
    // Large enough for several pieces of 2 MiB.
    output_.plan.recipe = QuantizeRecipe::Parse("F32").value();
    options_.quiet = true;
    options_.threads = 2;
    expected_ = Convert(/*resume=*/false);
    ASSERT_FALSE(expected_.empty());
  }

  std::string Partial() const { return AtomicFile::PartialPath(output_.path); }

  // The arena that a conversion makes, which is removed; empty if it fails.
  Bytes Convert(bool resume) {
    options_.resume = resume;
    const auto report = ConvertToArena(source_, output_, options_);
    status_ = report.status();
    if (!report.ok()) return {};
    resumed_ = report->resumed_streams;
    Bytes bytes = ReadFile(output_.path).value();
    std::filesystem::remove(output_.path);
    return bytes;
  }

  // Leaves the file of a conversion that was killed after `streams` streams,
  // with some bytes of the next one; returns how many there are in all.
  size_t Interrupt(size_t streams) {
    auto output = ArenaOutput::Create(source_, output_).value();
    EXPECT_TRUE(output->Open(ArenaOutput::Begin::kNew, false).ok());
    std::vector<PackJob> jobs;
    for (size_t i = 0; i < std::min(streams + 1, output->streams().size());
         ++i) {
      jobs.push_back(output->JobFor(
          i, 1 << 16, [](uint64_t) { return absl::OkStatus(); },
          [] { return absl::OkStatus(); }));
    }
    if (streams < jobs.size()) {
      jobs[streams].finish = [] { return absl::CancelledError(); };
    }
    EXPECT_EQ(RunPackJobs(absl::MakeSpan(jobs), {}).ok(),
              jobs.size() <= streams);
    std::filesystem::copy_file(Partial(), folder_ + "/kept");
    const size_t count = output->streams().size();
    output.reset();
    std::filesystem::rename(folder_ + "/kept", Partial());
    return count;
  }

  void OverwritePartial(uint64_t offset, char byte) {
    std::fstream stream(Partial(),
                        std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(byte);
  }

  static void FlipBit(const std::string& path, uint64_t offset,
                      std::filesystem::file_time_type time) {
    {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(offset));
      const int byte = file.get();
      file.seekp(static_cast<std::streamoff>(offset));
      file.put(static_cast<char>(byte ^ 1));
    }
    std::filesystem::last_write_time(path, time);
  }

  std::string folder_;
  WeightSource source_ = OpenWeightSource(kModel).value();
  OutputOptions output_;
  ConvertOptions options_;
  Bytes expected_;
  absl::Status status_;
  uint64_t resumed_ = 0;
};

TEST_F(ResumeTest, AfterAnyStream) {
  const size_t count = Interrupt(0);
  for (size_t streams = 0; streams <= count; ++streams) {
    Interrupt(streams);
    EXPECT_TRUE(Convert(/*resume=*/true) == expected_)
        << streams << " " << status_;
    // What lies in the unit that was not written yet is done again.
    EXPECT_LE(resumed_, streams);
    EXPECT_FALSE(std::filesystem::exists(Partial()));
  }
  EXPECT_GT(resumed_, count / 2);
}

TEST_F(ResumeTest, DamagedStreamIsDoneAgain) {
  const size_t count = Interrupt(kAllStreams);
  ASSERT_TRUE(Convert(/*resume=*/true) == expected_) << status_;
  const uint64_t all = resumed_;
  ASSERT_EQ(Interrupt(kAllStreams), count);
  const uint64_t begin =
      PlanArena(source_, output_.plan).value().sections[0].streams[2].offset;
  OverwritePartial(begin, static_cast<char>(expected_[begin] ^ 1));
  EXPECT_TRUE(Convert(/*resume=*/true) == expected_) << status_;
  EXPECT_EQ(resumed_, 2);
  EXPECT_GT(all, 2);
}

TEST_F(ResumeTest, DamagedJournalEndsThere) {
  Interrupt(kAllStreams);
  const uint64_t end = std::filesystem::file_size(Partial());
  OverwritePartial(end - 1, '\x55');
  EXPECT_TRUE(Convert(/*resume=*/true) == expected_) << status_;
}

TEST_F(ResumeTest, OtherOptionsAreRefusedAndNothingIsLost) {
  Interrupt(20);
  const Bytes before = ReadFile(Partial()).value();
  output_.plan.recipe = QuantizeRecipe::Parse("Q8_0").value();
  EXPECT_TRUE(Convert(/*resume=*/true).empty());
  EXPECT_EQ(status_.code(), absl::StatusCode::kFailedPrecondition) << status_;
  EXPECT_TRUE(ReadFile(Partial()).value() == before);
  output_.plan.recipe = QuantizeRecipe::Parse("F32").value();
  EXPECT_TRUE(Convert(/*resume=*/true) == expected_) << status_;
  EXPECT_GT(resumed_, 0);
}

// As when the disk is full.
TEST_F(ResumeTest, WhatIsDoneIsKeptForAnother) {
  for (const size_t streams : {size_t{0}, size_t{3}}) {
    auto output = ArenaOutput::Create(source_, output_).value();
    ASSERT_TRUE(output->Open(ArenaOutput::Begin::kNew, false).ok());
    EXPECT_GE(output->file_bytes(), expected_.size());
    EXPECT_LE(output->bytes_to_write(), output->file_bytes());
    std::vector<PackJob> jobs;
    for (size_t i = 0; i < streams; ++i) {
      jobs.push_back(output->JobFor(
          i, 1 << 16, [](uint64_t) { return absl::OkStatus(); },
          [] { return absl::OkStatus(); }));
    }
    ASSERT_TRUE(RunPackJobs(absl::MakeSpan(jobs), {}).ok());
    EXPECT_EQ(output->KeepForResume(), streams > 0);
    output.reset();
    EXPECT_EQ(std::filesystem::exists(Partial()), streams > 0);
    EXPECT_TRUE(Convert(/*resume=*/true) == expected_) << status_;
  }
}

TEST_F(ResumeTest, WhatIsFinishedIsNotResumed) {
  std::ofstream(Partial(), std::ios::binary) << expected_;
  EXPECT_TRUE(Convert(/*resume=*/true).empty());
  EXPECT_EQ(status_.code(), absl::StatusCode::kFailedPrecondition) << status_;
  EXPECT_NE(status_.message().find("lacks nothing but its name"),
            std::string::npos)
      << status_;
  EXPECT_TRUE(ReadFile(Partial()).value() == expected_);
}

TEST_F(ResumeTest, OutputBehindALink) {
  const std::string real = folder_ + "/other/real.arena";
  std::filesystem::create_directory(folder_ + "/other");
  std::filesystem::create_symlink("other/real.arena", output_.path);
  ASSERT_TRUE(ConvertToArena(source_, output_, options_).ok());
  EXPECT_TRUE(std::filesystem::is_symlink(output_.path));
  EXPECT_TRUE(ReadFile(real).value() == expected_);
  EXPECT_TRUE(absl::IsAlreadyExists(
      ConvertToArena(source_, output_, options_).status()));
  options_.overwrite = true;
  ASSERT_TRUE(ConvertToArena(source_, output_, options_).ok());
  EXPECT_TRUE(std::filesystem::is_symlink(output_.path));
  EXPECT_TRUE(ReadFile(real).value() == expected_);
}

// Of the same size, name and time of change.
TEST_F(ResumeTest, OtherWeightsAreRefusedAndNothingIsLost) {
  const std::string input = folder_ + "/in.safetensors";
  std::filesystem::copy_file("testdata/tiny/model.safetensors", input);
  const auto time = std::filesystem::last_write_time(input);
  for (const char* type : {"F32", "keep"}) {
    output_.plan.recipe = QuantizeRecipe::Parse(type).value();
    source_ = OpenWeightSource(input).value();
    expected_ = Convert(/*resume=*/false);
    const size_t count = Interrupt(25);
    const Bytes before = ReadFile(Partial()).value();
    // A tensor that is finished, and one that is not.
    std::vector<uint64_t> places;
    for (const size_t stream : {size_t{1}, count - 1}) {
      const ArenaPlan plan = PlanArena(source_, output_.plan).value();
      std::vector<const PlannedStream*> streams;
      for (const PlannedSection& section : plan.sections) {
        for (const PlannedStream& one : section.streams) {
          streams.push_back(&one);
        }
      }
      places.push_back(
          source_.tensors[streams[stream]->members.back()].parts[0].offset);
    }
    FlipBit(input, places[0], time);
    source_ = OpenWeightSource(input).value();
    EXPECT_TRUE(Convert(/*resume=*/true).empty());
    EXPECT_EQ(status_.code(), absl::StatusCode::kFailedPrecondition) << status_;
    EXPECT_NE(status_.message().find(input), std::string::npos) << status_;
    EXPECT_NE(status_.message().find("--resume"), std::string::npos);
    EXPECT_TRUE(ReadFile(Partial()).value() == before);
    FlipBit(input, places[0], time);
    // What had not been read may be anything.
    FlipBit(input, places[1], time);
    source_ = OpenWeightSource(input).value();
    const Bytes resumed = Convert(/*resume=*/true);
    EXPECT_GT(resumed_, 0u) << status_;
    EXPECT_TRUE(resumed == Convert(/*resume=*/false));
    FlipBit(input, places[1], time);
  }
}

TEST_F(ResumeTest, ATouchedInputIsContinued) {
  const std::string input = folder_ + "/in.safetensors";
  std::filesystem::copy_file("testdata/tiny/model.safetensors", input);
  source_ = OpenWeightSource(input).value();
  expected_ = Convert(/*resume=*/false);
  Interrupt(12);
  std::filesystem::last_write_time(
      input, std::filesystem::last_write_time(input) + std::chrono::hours(1));
  source_ = OpenWeightSource(input).value();
  EXPECT_TRUE(Convert(/*resume=*/true) == expected_) << status_;
  EXPECT_GT(resumed_, 0u);
}

TEST_F(ResumeTest, SomethingElseUnderTheNameIsRefused) {
  std::ofstream(Partial()) << "a diary";
  EXPECT_TRUE(Convert(/*resume=*/true).empty());
  EXPECT_EQ(status_.code(), absl::StatusCode::kFailedPrecondition) << status_;
  EXPECT_TRUE(std::filesystem::exists(Partial()));
}

TEST_F(ResumeTest, WithoutTheFlagItStartsAnew) {
  Interrupt(5);
  EXPECT_TRUE(Convert(/*resume=*/false) == expected_) << status_;
  EXPECT_EQ(resumed_, 0);
  EXPECT_TRUE(Convert(/*resume=*/true) == expected_)
      << status_;  // there is nothing
}

TEST_F(ResumeTest, FileOfARunningConversionIsRefused) {
  auto output = ArenaOutput::Create(source_, output_).value();
  ASSERT_TRUE(output->Open(ArenaOutput::Begin::kNew, false).ok());
  EXPECT_TRUE(Convert(/*resume=*/true).empty());
  EXPECT_EQ(status_.code(), absl::StatusCode::kFailedPrecondition) << status_;
  EXPECT_TRUE(Convert(/*resume=*/false).empty());
  EXPECT_EQ(status_.code(), absl::StatusCode::kFailedPrecondition) << status_;
}

}  // namespace
}  // namespace tessera
