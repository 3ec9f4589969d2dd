#include "runtime/loader/loaded_arena.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
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

// Of tensor `index`, from the start of the file.
uint64_t FileOffset(const LoadedArena& arena, int index) {
  const Tensor& tensor = arena.manifest().tensors(index);
  return tensor.extent().offset() + tensor.first_tile_offset();
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
  const auto arena = LoadedArena::Open(path, LoadOptions());
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

std::unique_ptr<LoadedArena> OpenSmallArena(const std::string& name,
                                            const LoadOptions& options) {
  auto arena = LoadedArena::Open(WriteFile(name, SmallArenaFile()), options);
  EXPECT_TRUE(arena.ok()) << arena.status();
  return *std::move(arena);
}

TEST(LoadedArenaTest, ReportsWhatItGot) {
  LoadOptions options;
  options.populate = Populate::kHot;
  const auto arena = OpenSmallArena("report.arena", options);
  const auto report = arena->Report();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->mapped_bytes, SmallArenaFile().size());
  EXPECT_EQ(report->hot_bytes, 2 * kMebibyte);
  EXPECT_EQ(report->asked_bytes, report->hot_bytes);
  EXPECT_EQ(report->read_bytes, report->hot_bytes);
  EXPECT_FALSE(report->reading);
  EXPECT_GE(report->huge_bytes + report->small_bytes, report->hot_bytes);
  EXPECT_EQ(report->private_bytes, 0u);
  EXPECT_GT(report->open_seconds, 0);
  EXPECT_GT(report->gigabytes_per_second(), 0);
  EXPECT_EQ(report->why_not_huge.empty(), report->huge_share() == 1);
  EXPECT_EQ(report->how_to_repair.empty(), report->why_not_huge.empty());
}

TEST(LoadedArenaTest, StreamsWhatDoesNotFitIntoMemory) {
  LoadOptions options;
  options.memory_bytes = 2 * kMebibyte - 1;
  for (const Verify verify : {Verify::kNone, Verify::kLazy, Verify::kFull}) {
    options.verify = verify;
    const auto arena = OpenSmallArena("large.arena", options);
    WeightStream* const stream = arena->weight_stream();
    ASSERT_NE(stream, nullptr);
    for (const TensorView& view : arena->tensors()) stream->Reading(view.data);
    const auto report = arena->Report();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->streamed_bytes, 2 * kMebibyte);
    EXPECT_TRUE(arena->CheckHealth().ok()) << arena->CheckHealth();
  }
}

TEST(LoadedArenaTest, StreamsNothingThatFitsOrIsLeftForLater) {
  LoadOptions options;
  options.memory_bytes = 2 * kMebibyte;
  EXPECT_EQ(OpenSmallArena("fits.arena", options)->weight_stream(), nullptr);
  options.memory_bytes = 1;
  options.populate = Populate::kLazy;
  EXPECT_EQ(OpenSmallArena("lazy.arena", options)->weight_stream(), nullptr);
  options.populate = Populate::kAhead;
  options.huge_pages = HugePages::kThp;
  EXPECT_EQ(OpenSmallArena("copy.arena", options)->weight_stream(), nullptr);
}

TEST(LoadedArenaTest, OffMeansNoHugePages) {
  LoadOptions options;
  options.huge_pages = HugePages::kOff;
  const auto report = OpenSmallArena("off.arena", options)->Report();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->asked_bytes, 0u);
  EXPECT_EQ(report->huge_bytes, 0u);
  EXPECT_EQ(report->why_not_huge, "they were not asked for");
}

// All tensors unpack to what was packed, whatever memory they lie in.
void ExpectRightBytes(const LoadedArena& arena) {
  const std::vector<uint8_t> file = SmallArenaFile();
  for (const Section& section : arena.manifest().sections()) {
    const uint64_t offset = section.extent().offset();
    ASSERT_EQ(
        0, std::memcmp(arena.tensors()[0].data - FileOffset(arena, 0) + offset,
                       file.data() + offset, section.extent().size()));
  }
}

TEST(LoadedArenaTest, EveryModeGivesTheSameBytes) {
  for (const HugePages mode :
       {HugePages::kAuto, HugePages::kFile, HugePages::kThp,
        HugePages::kHugetlb, HugePages::kOff}) {
    for (const Populate populate :
         {Populate::kAhead, Populate::kLazy, Populate::kHot, Populate::kAll}) {
      LoadOptions options;
      options.huge_pages = mode;
      options.populate = populate;
      const auto arena = OpenSmallArena("modes.arena", options);
      ExpectRightBytes(*arena);
      EXPECT_TRUE(arena->CheckHealth().ok());
      const auto report = arena->Report();
      ASSERT_TRUE(report.ok());
      const bool copy = mode == HugePages::kThp || mode == HugePages::kHugetlb;
      EXPECT_EQ(report->private_bytes, copy ? report->hot_bytes : 0);
      EXPECT_EQ(report->mode, mode);
    }
  }
}

TEST(LoadedArenaTest, ACopyOutlivesItsFile) {
  LoadOptions options;
  options.huge_pages = HugePages::kThp;
  const auto arena = OpenSmallArena("copy.arena", options);
  const TensorView& view = arena->tensors()[0];
  const uint8_t before = view.data[0];
  ASSERT_EQ(truncate(arena->path().c_str(), 4096), 0);
  EXPECT_EQ(view.data[0], before);
}

TEST(LoadedArenaTest, MlockKeepsHotSections) {
  LoadOptions options;
  options.mlock = true;
  const auto arena =
      LoadedArena::Open(WriteFile("locked.arena", SmallArenaFile()), options);
  // Where the limit is too small, the message says what to do.
  if (!arena.ok()) {
    EXPECT_EQ(arena.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_TRUE(absl::StrContains(arena.status().message(), "ulimit -l"));
  } else {
    ExpectRightBytes(**arena);
  }
}

TEST(LoadedArenaTest, VerifiesWhatItReads) {
  for (const Verify verify : {Verify::kLazy, Verify::kFull}) {
    LoadOptions options;
    options.verify = verify;
    const auto arena = OpenSmallArena("verify.arena", options);
    EXPECT_TRUE(arena->CheckHealth().ok());
    const auto report = arena->Report();
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->verified_bytes,
              verify == Verify::kFull ? 4 * kMebibyte : 2 * kMebibyte);
  }
}

// The small arena with one bit of byte `offset` flipped.
std::string DamagedFile(const std::string& name, uint64_t offset) {
  std::vector<uint8_t> file = SmallArenaFile();
  file[offset] ^= 1;
  return WriteFile(name, file);
}

TEST(LoadedArenaTest, FullVerificationRefusesADamagedFile) {
  for (const uint64_t offset : {2 * kMebibyte + 5, 4 * kMebibyte + 5}) {
    const std::string path = DamagedFile("full.arena", offset);
    ASSERT_TRUE(LoadedArena::Open(path, LoadOptions()).ok());
    LoadOptions options;
    options.verify = Verify::kFull;
    const auto arena = LoadedArena::Open(path, options);
    EXPECT_EQ(arena.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_TRUE(absl::StartsWith(arena.status().message(), path + ": chunk ["))
        << arena.status();
  }
}

TEST(LoadedArenaTest, LazyVerificationFindsHotDamageBeforeAnyResult) {
  LoadOptions options;
  options.verify = Verify::kLazy;
  const auto arena = LoadedArena::Open(
      DamagedFile("lazyhot.arena", 2 * kMebibyte + 5), options);
  ASSERT_TRUE(arena.ok()) << arena.status();
  EXPECT_EQ((*arena)->CheckHealth().code(), absl::StatusCode::kDataLoss);
}

TEST(LoadedArenaTest, LazyVerificationFindsColdDamageWhenItIsRead) {
  LoadOptions options;
  options.verify = Verify::kLazy;
  const auto arena = LoadedArena::Open(
      DamagedFile("lazycold.arena", 4 * kMebibyte + 5), options);
  ASSERT_TRUE(arena.ok()) << arena.status();
  EXPECT_TRUE((*arena)->CheckHealth().ok());
  const uint8_t* file = (*arena)->tensors()[0].data - FileOffset(**arena, 0);
  EXPECT_TRUE((*arena)->VerifyBytes(file + 2 * kMebibyte, 100).ok());
  EXPECT_EQ((*arena)->VerifyBytes(file + 5 * kMebibyte, 1).code(),
            absl::StatusCode::kDataLoss);
}

TEST(LoadedArenaTest, LazyTwiceMakesNoSense) {
  LoadOptions options;
  options.verify = Verify::kLazy;
  options.populate = Populate::kLazy;
  const auto arena =
      LoadedArena::Open(WriteFile("twice.arena", SmallArenaFile()), options);
  EXPECT_EQ(arena.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(LoadedArenaTest, ACutUnderTheMappingIsAnErrorAndNoCrash) {
  const auto arena = OpenSmallArena("cut.arena", LoadOptions());
  EXPECT_TRUE(arena->CheckHealth().ok());
  ASSERT_EQ(truncate(arena->path().c_str(), 2 * kMebibyte), 0);
  EXPECT_EQ(*static_cast<const volatile uint8_t*>(arena->tensors()[0].data), 0);
  const absl::Status status = arena->CheckHealth();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StrContains(status.message(), "byte 2097152")) << status;
  // Another model is not concerned.
  const auto other = OpenSmallArena("other.arena", LoadOptions());
  ExpectRightBytes(*other);
  EXPECT_TRUE(other->CheckHealth().ok());
}

TEST(LoadedArenaTest, RefusesWhatIsNoArena) {
  OpenError(testing::TempDir() + "/missing.arena", absl::StatusCode::kNotFound);
  OpenError(WriteFile("empty.arena", {}), absl::StatusCode::kInvalidArgument);
  OpenError(WriteFile("short.arena", {200, 201}), absl::StatusCode::kDataLoss);
  OpenError(WriteFile("noise.arena", {1, 153, 255, 254}),
            absl::StatusCode::kDataLoss);
}

TEST(LoadedArenaTest, SaysWhatToDoWithAModelThatIsNoArena) {
  const auto bytes = [](absl::string_view text) {
    return std::vector<uint8_t>(text.begin(), text.end());
  };
  const std::string gguf = WriteFile("a.gguf", bytes("GGUF\3"));
  EXPECT_EQ(OpenError(gguf, absl::StatusCode::kFailedPrecondition),
            gguf +
                ": is a GGUF file, not an arena; convert it first: "
                "tessera-convert " +
                gguf + " " + testing::TempDir() + "/a.arena");
  const std::string weights =
      WriteFile("b.safetensors", {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
  OpenError(weights, absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(
      OpenError(WriteFile("c.gguf.part", bytes("GGUF\3")),
                absl::StatusCode::kFailedPrecondition),
      "not an arena; its name says that the download is not finished"));
  EXPECT_TRUE(absl::StrContains(
      OpenError(WriteFile("d.arena", bytes("hello, this is text")),
                absl::StatusCode::kInvalidArgument),
      "is text, not a model; it begins with 'hello, this is text'"));
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
