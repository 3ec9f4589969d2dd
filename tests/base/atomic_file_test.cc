#include "base/atomic_file.h"

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/mapped_file.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public testing::Test {
 protected:
  AtomicFileTest() : folder_(fs::path(testing::TempDir()) / "atomic_file") {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
  }

  std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }
  int FilesInFolder() const {
    return static_cast<int>(std::distance(fs::directory_iterator(folder_),
                                          fs::directory_iterator()));
  }
  static std::string Content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  const fs::path folder_;
  const std::vector<uint8_t> abc_ = {'a', 'b', 'c'};
};

TEST_F(AtomicFileTest, AppearsOnlyWhenCommitted) {
  auto file = AtomicFile::Create(Path("out"), /*overwrite=*/false);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->WriteAt(2, abc_).ok());
  EXPECT_FALSE(fs::exists(Path("out")));
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Content(Path("out")), std::string("\0\0abc", 5));
}

TEST_F(AtomicFileTest, LeavesNothingBehindWhenAbandoned) {
  {
    auto file = AtomicFile::Create(Path("out"), /*overwrite=*/false);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->WriteAt(0, abc_).ok());
    EXPECT_LE(FilesInFolder(), 1);  // none where files need no name
  }
  EXPECT_EQ(FilesInFolder(), 0);
}

TEST_F(AtomicFileTest, LeavesOneNameBehindWhenCommitted) {
  for (bool overwrite : {false, true}) {
    {
      auto file = AtomicFile::Create(Path("out"), overwrite);
      ASSERT_TRUE(file.ok()) << file.status();
      ASSERT_TRUE(file->Commit().ok());
    }
    EXPECT_EQ(FilesInFolder(), 1);
  }
}

TEST_F(AtomicFileTest, RefusesToReplaceUnlessTold) {
  std::ofstream(Path("out")) << "old";
  EXPECT_TRUE(absl::IsAlreadyExists(
      AtomicFile::Create(Path("out"), /*overwrite=*/false).status()));
  EXPECT_EQ(Content(Path("out")), "old");
  auto file = AtomicFile::Create(Path("out"), /*overwrite=*/true);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->WriteAt(0, abc_).ok());
  EXPECT_EQ(Content(Path("out")), "old");
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Content(Path("out")), "abc");
}

TEST_F(AtomicFileTest, DoesNotReplaceAFileThatAppearedMeanwhile) {
  auto file = AtomicFile::Create(Path("out"), /*overwrite=*/false);
  ASSERT_TRUE(file.ok());
  std::ofstream(Path("out")) << "other";
  EXPECT_TRUE(absl::IsAlreadyExists(file->Commit()));
  EXPECT_EQ(Content(Path("out")), "other");
}

TEST_F(AtomicFileTest, HasThePermissionsOfAnyNewFile) {
  const mode_t old_mask = umask(022);
  auto file = AtomicFile::Create(Path("out"), /*overwrite=*/false);
  umask(old_mask);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->Commit().ok());
  struct stat info;
  ASSERT_EQ(stat(Path("out").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST_F(AtomicFileTest, ErrorsNameTheFile) {
  const auto file = AtomicFile::Create(Path("no/such/folder"), false);
  EXPECT_TRUE(absl::IsNotFound(file.status()));
  EXPECT_NE(file.status().message().find("no/such/folder"),
            absl::string_view::npos);
}

TEST_F(AtomicFileTest, PartialFileOfAKilledProcessIsContinued) {
  EXPECT_TRUE(
      absl::IsNotFound(AtomicFile::OpenPartial(Path("out"), false).status()));
  {
    auto file = AtomicFile::CreatePartial(Path("out"), false);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE(file->WriteAt(0, abc_).ok());
    file->Keep();
  }
  EXPECT_FALSE(fs::exists(Path("out")));
  auto file = AtomicFile::OpenPartial(Path("out"), false);
  ASSERT_TRUE(file.ok()) << file.status();
  std::vector<uint8_t> bytes(3);
  ASSERT_TRUE(file->ReadAt(0, absl::MakeSpan(bytes)).ok());
  EXPECT_EQ(bytes, abc_);
  EXPECT_TRUE(absl::IsDataLoss(file->ReadAt(1, absl::MakeSpan(bytes))));
  ASSERT_TRUE(file->WriteAt(3, abc_).ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Content(Path("out")), "abcabc");
}

TEST_F(AtomicFileTest, PartialFileIsLockedAndStartsEmpty) {
  {
    auto first = AtomicFile::CreatePartial(Path("out"), false);
    ASSERT_TRUE(first.ok());
    ASSERT_TRUE(first->WriteAt(0, abc_).ok());
    EXPECT_TRUE(absl::IsFailedPrecondition(
        AtomicFile::CreatePartial(Path("out"), false).status()));
    EXPECT_TRUE(absl::IsFailedPrecondition(
        AtomicFile::OpenPartial(Path("out"), false).status()));
    EXPECT_EQ(Content(AtomicFile::PartialPath(Path("out"))), "abc");
    first->Keep();
  }
  auto second = AtomicFile::CreatePartial(Path("out"), false);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(Content(AtomicFile::PartialPath(Path("out"))), "");
}

TEST_F(AtomicFileTest, WhoJoinsNeitherFinishesNorRemoves) {
  auto owner = AtomicFile::CreatePartial(Path("out"), false);
  ASSERT_TRUE(owner.ok());
  {
    auto helper = AtomicFile::JoinPartial(Path("out"));
    ASSERT_TRUE(helper.ok()) << helper.status();
    ASSERT_TRUE(helper->WriteAt(0, abc_).ok());
  }
  EXPECT_EQ(FilesInFolder(), 1);
  ASSERT_TRUE(owner->Commit().ok());
  EXPECT_EQ(Content(Path("out")), "abc");
}

// Somebody may have put anything there.
TEST_F(AtomicFileTest, PartialNameIsNotFollowed) {
  std::ofstream(Path("diary")) << "dear diary";
  fs::create_symlink("diary", Path("out.partial"));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      AtomicFile::CreatePartial(Path("out"), false).status()));
  EXPECT_EQ(Content(Path("diary")), "dear diary");
  fs::remove(Path("out.partial"));
  ASSERT_EQ(mkfifo(Path("out.partial").c_str(), 0600), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(
      AtomicFile::CreatePartial(Path("out"), false).status()));
  EXPECT_TRUE(fs::is_fifo(Path("out.partial")));
}

TEST_F(AtomicFileTest, WritesWhereLinksLead) {
  fs::create_directory(Path("other"));
  fs::create_symlink("other/file", Path("link"));
  EXPECT_EQ(AtomicFile::PartialPath(Path("link")), Path("other/file.partial"));
  for (bool partial : {false, true}) {
    for (bool overwrite : {false, true}) {
      auto file = partial ? AtomicFile::CreatePartial(Path("link"), overwrite)
                          : AtomicFile::Create(Path("link"), overwrite);
      ASSERT_TRUE(file.ok()) << file.status();
      ASSERT_TRUE(file->WriteAt(0, abc_).ok());
      ASSERT_TRUE(file->Commit().ok());
      EXPECT_TRUE(fs::is_symlink(Path("link")));
      EXPECT_EQ(Content(Path("other/file")), "abc");
      EXPECT_TRUE(absl::IsAlreadyExists(
          AtomicFile::Create(Path("link"), false).status()));
      if (!overwrite) fs::remove(Path("other/file"));
    }
    fs::remove(Path("other/file"));
  }
}

TEST_F(AtomicFileTest, ReplacesAFileOfTheLongestName) {
  const std::string name(255, 'x');
  for (bool overwrite : {false, true}) {
    auto file = AtomicFile::Create(Path(name), overwrite);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE(file->Commit().ok());
  }
  EXPECT_EQ(FilesInFolder(), 1);
}

TEST_F(AtomicFileTest, ReservesWhatIsThereAlready) {
  auto file = AtomicFile::Create(Path("out"), false);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->WriteAt(1, abc_).ok());
  EXPECT_TRUE(file->Reserve(0, 4).ok());
  EXPECT_TRUE(file->Reserve(9, 0).ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Content(Path("out")), std::string("\0abc", 4));
}

TEST_F(AtomicFileTest, MappedFileReadsItBackAndNoticesChanges) {
  std::ofstream(Path("in")) << "abc";
  auto mapped = MappedFile::Open(Path("in"));
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_EQ(mapped->bytes(), absl::MakeConstSpan(abc_));
  EXPECT_TRUE(mapped->CheckUnchanged().ok());
  std::ofstream(Path("in")) << "abcd";
  EXPECT_TRUE(absl::IsFailedPrecondition(mapped->CheckUnchanged()));
}

TEST_F(AtomicFileTest, MappedFileRefusesFoldersAndAcceptsEmptyFiles) {
  EXPECT_TRUE(
      absl::IsInvalidArgument(MappedFile::Open(folder_.string()).status()));
  std::ofstream(Path("empty")).flush();
  auto mapped = MappedFile::Open(Path("empty"));
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_TRUE(mapped->bytes().empty());
}

}  // namespace
}  // namespace tessera
