#include "converter/arena_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/arena_verify.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

using Bytes = std::vector<uint8_t>;
constexpr uint64_t kMiB = uint64_t{1} << 20;

class ArenaWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    path_ = folder_ + "/out.arena";
  }

  // Names of the files in the folder.
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  Bytes ReadBack() const {
    std::ifstream stream(path_, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(stream), {});
  }

  std::string folder_;
  std::string path_;
};

// Writes the arena `file`, described by `manifest`, in pieces of `piece` bytes.
absl::Status Rewrite(const std::string& path, const Bytes& file,
                     Manifest manifest, uint64_t piece) {
  auto writer = ArenaWriter::Create(path, false);
  if (!writer.ok()) return writer.status();
  for (const Section& section : manifest.sections()) {
    absl::Status status = (*writer)->BeginSection(section.kind());
    if (!status.ok()) return status;
    EXPECT_EQ((*writer)->position(), section.extent().offset());
    const uint64_t end = section.extent().offset() + section.extent().size();
    for (uint64_t at = section.extent().offset(); at < end; at += piece) {
      status = (*writer)->Write(
          absl::MakeConstSpan(file).subspan(at, std::min(piece, end - at)));
      if (!status.ok()) return status;
    }
    status = (*writer)->EndSection();
    if (!status.ok()) return status;
  }
  manifest.clear_sections();
  return (*writer)->Finish(&manifest);
}

TEST_F(ArenaWriterTest, WritesWhatTheReaderReads) {
  ArenaBuilder builder = SmallArena();
  const Manifest manifest = builder.Finish();
  const Bytes file = builder.FileWith(manifest);
  for (uint64_t piece : {uint64_t{4097}, 1 * kMiB, 2 * kMiB, 5 * kMiB}) {
    std::filesystem::remove(path_);
    ASSERT_TRUE(Rewrite(path_, file, manifest, piece).ok());
    EXPECT_EQ(ReadBack(), file) << piece;
    EXPECT_EQ(Files(), std::vector<std::string>{"out.arena"});
  }
}

TEST_F(ArenaWriterTest, PaddingChunksAndSections) {
  auto writer = ArenaWriter::Create(path_, false).value();
  ASSERT_TRUE(writer->BeginSection(Section::KIND_HOT).ok());
  EXPECT_EQ(writer->position(), 2 * kMiB);
  const Bytes ones(3 * kMiB, 1);
  ASSERT_TRUE(writer->Write(absl::MakeConstSpan(ones).first(100)).ok());
  ASSERT_TRUE(writer->PadTo(2 * kMiB + 4096).ok());
  ASSERT_TRUE(writer->Write(ones).ok());
  ASSERT_TRUE(writer->PadTo(9 * kMiB).ok());
  ASSERT_TRUE(writer->Write({}).ok());
  ASSERT_TRUE(writer->EndSection().ok());
  EXPECT_EQ(writer->position(), 10 * kMiB);
  ASSERT_TRUE(writer->BeginSection(Section::KIND_COLD).ok());
  ASSERT_TRUE(writer->Write(absl::MakeConstSpan(ones).first(1)).ok());
  ASSERT_TRUE(writer->EndSection().ok());
  Manifest manifest;
  manifest.set_producer("test");
  ASSERT_TRUE(writer->Finish(&manifest).ok());

  const Bytes file = ReadBack();
  Bytes expected(12 * kMiB, 0);
  std::fill_n(expected.begin() + 2 * kMiB, 100, 1);
  std::fill_n(expected.begin() + 2 * kMiB + 4096, 3 * kMiB, 1);
  expected[10 * kMiB] = 1;
  EXPECT_TRUE(
      std::equal(expected.begin() + 4096, expected.end(), file.begin() + 4096));
  const Arena arena = ParseArena(file).value();
  ASSERT_EQ(arena.manifest.sections_size(), 2);
  EXPECT_EQ(arena.manifest.sections(0).extent().size(), 8 * kMiB);
  EXPECT_EQ(arena.manifest.sections(0).chunk_xxh128().size(), 2 * 16);
  EXPECT_EQ(arena.manifest.sections(1).extent().offset(), 10 * kMiB);
  EXPECT_EQ(arena.manifest.sections(1).chunk_xxh128().size(), 16);
  ThreadPool pool(1);
  EXPECT_TRUE(VerifyChunks(file, arena, pool).ok());
}

TEST_F(ArenaWriterTest, ArenaWithoutSections) {
  auto writer = ArenaWriter::Create(path_, false).value();
  Manifest manifest;
  ASSERT_TRUE(writer->Finish(&manifest).ok());
  EXPECT_TRUE(ParseArena(ReadBack()).ok());
}

TEST_F(ArenaWriterTest, PermissionsAreThoseOfAPlainFile) {
  const mode_t mask = umask(022);
  auto writer = ArenaWriter::Create(path_, false).value();
  Manifest manifest;
  ASSERT_TRUE(writer->Finish(&manifest).ok());
  umask(mask);
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644);
}

TEST_F(ArenaWriterTest, ExistingFileIsKeptUnlessToldOtherwise) {
  std::ofstream(path_) << "precious";
  EXPECT_EQ(ArenaWriter::Create(path_, false).status().code(),
            absl::StatusCode::kAlreadyExists);
  {
    auto writer = ArenaWriter::Create(path_, true).value();
    ASSERT_TRUE(writer->BeginSection(Section::KIND_HOT).ok());
    ASSERT_TRUE(writer->Write(Bytes(3 * kMiB, 1)).ok());
    // Dropped before Finish.
  }
  EXPECT_EQ(ReadBack().size(), 8);
  EXPECT_EQ(Files(), std::vector<std::string>{"out.arena"});
  auto writer = ArenaWriter::Create(path_, true).value();
  Manifest manifest;
  ASSERT_TRUE(writer->Finish(&manifest).ok());
  EXPECT_TRUE(ParseArena(ReadBack()).ok());
}

TEST_F(ArenaWriterTest, MisuseIsRefused) {
  auto writer = ArenaWriter::Create(path_, false).value();
  Manifest manifest;
  const Bytes byte(1);
  const auto expect = [](const absl::Status& status, absl::StatusCode code,
                         const char* part) {
    EXPECT_EQ(status.code(), code);
    EXPECT_NE(status.message().find(part), std::string::npos) << status;
  };
  using absl::StatusCode;
  expect(writer->Write(byte), StatusCode::kFailedPrecondition,
         "no section has begun");
  expect(writer->EndSection(), StatusCode::kFailedPrecondition,
         "no section has begun");
  ASSERT_TRUE(writer->BeginSection(Section::KIND_HOT).ok());
  expect(writer->BeginSection(Section::KIND_HOT),
         StatusCode::kFailedPrecondition, "section 0 has not ended");
  expect(writer->EndSection(), StatusCode::kFailedPrecondition,
         "section 0 is empty");
  expect(writer->PadTo(2 * kMiB - 1), StatusCode::kInvalidArgument,
         "cannot pad to offset 2097151, already at 2097152");
  expect(writer->Finish(&manifest), StatusCode::kFailedPrecondition,
         "section 0 has not ended");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

// A manifest that no reader would take never gets onto the disk.
TEST_F(ArenaWriterTest, UnreadableManifestIsRefused) {
  auto writer = ArenaWriter::Create(path_, false).value();
  Manifest manifest;
  manifest.add_tensors()->set_name("no type, no place");
  const absl::Status status = writer->Finish(&manifest);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_NE(status.message().find("would not be readable: tensor 'no type"),
            std::string::npos)
      << status;
  writer.reset();
  EXPECT_TRUE(Files().empty());
}

// As a full disk, without filling one: the kernel refuses to write beyond the
// limit.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    previous_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, previous_);
  }

 private:
  rlimit before_;
  void (*previous_)(int);
};

TEST_F(ArenaWriterTest, FullDiskLeavesNothingBehind) {
  ArenaBuilder builder = SmallArena();
  const Manifest manifest = builder.Finish();
  const Bytes file = builder.FileWith(manifest);
  // In the first section, in the second one, in the manifest.
  for (uint64_t limit : {3 * kMiB, 5 * kMiB, 6 * kMiB + 100}) {
    absl::Status status;
    {
      FileSizeLimit scope(limit);
      status = Rewrite(path_, file, manifest, 1 * kMiB);
    }
    EXPECT_FALSE(status.ok());
    EXPECT_NE(status.message().find(path_ + ": cannot write"),
              std::string::npos)
        << status;
    EXPECT_TRUE(Files().empty());
  }
}

TEST_F(ArenaWriterTest, FailedWriteSticks) {
  FileSizeLimit scope(3 * kMiB);
  auto writer = ArenaWriter::Create(path_, false).value();
  ASSERT_TRUE(writer->BeginSection(Section::KIND_HOT).ok());
  const absl::Status first = writer->Write(Bytes(4 * kMiB, 1));
  EXPECT_FALSE(first.ok());
  EXPECT_EQ(writer->EndSection(), first);
  Manifest manifest;
  EXPECT_EQ(writer->Finish(&manifest), first);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ArenaWriterTest, FolderThatCannotBeWritten) {
  EXPECT_EQ(
      ArenaWriter::Create(folder_ + "/none/out.arena", false).status().code(),
      absl::StatusCode::kNotFound);
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_read |
                                            std::filesystem::perms::owner_exec);
  // Root may write anywhere; nobody may not.
  const bool is_root = geteuid() == 0;
  ASSERT_EQ(seteuid(is_root ? 65534 : geteuid()), 0);
  const absl::Status status = ArenaWriter::Create(path_, false).status();
  ASSERT_EQ(seteuid(is_root ? 0 : geteuid()), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
  EXPECT_NE(status.message().find(path_), std::string::npos);
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace tessera
