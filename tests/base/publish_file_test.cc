#include "base/publish_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "base/atomic_file.h"
#include "base/read_file.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

int NoRename(const char*, const char*) {
  errno = EINVAL;
  return -1;
}
int NoLink(const char*, const char*) {
  errno = EPERM;
  return -1;
}
int NoLinkOpenFile(int, const char*) {
  errno = EOPNOTSUPP;
  return -1;
}
// As NFS, when the answer to the first request was lost.
int LinkTwice(const char* from, const char* to) {
  EXPECT_EQ(link(from, to), 0);
  return link(from, to);
}

// A file system with everything, without renaming that spares what is there,
// and, as exFAT of user space, with neither.
const PublishCalls kWithLinks = {NoRename, link,
                                 kSystemPublishCalls.link_open_file};
const PublishCalls kLossyLinks = {NoRename, LinkTwice,
                                  kSystemPublishCalls.link_open_file};
const PublishCalls kWithNeither = {NoRename, NoLink, NoLinkOpenFile};
const PublishCalls* const kFileSystems[] = {&kSystemPublishCalls, &kWithLinks,
                                            &kLossyLinks, &kWithNeither};

class PublishFileTest : public testing::Test {
 protected:
  PublishFileTest() : folder_(fs::path(testing::TempDir()) / "publish_file") {
    Clear();
  }

  void Clear() {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    std::ofstream(Path("from")) << "new";
  }
  std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }
  std::string Content(const std::string& name) const {
    return ReadFile(Path(name)).value_or("");
  }
  int Files() const {
    return static_cast<int>(std::distance(fs::directory_iterator(folder_), {}));
  }

  const fs::path folder_;
};

TEST_F(PublishFileTest, GivesTheNameOnEveryFileSystem) {
  for (const PublishCalls* calls : kFileSystems) {
    Clear();
    ASSERT_TRUE(PublishFile(Path("from"), Path("to"), false, *calls).ok());
    EXPECT_EQ(Content("to"), "new");
    EXPECT_EQ(Files(), 1);
  }
}

TEST_F(PublishFileTest, ReplacesOnlyWhenTold) {
  for (const PublishCalls* calls :
       {&kSystemPublishCalls, &kWithLinks, &kWithNeither}) {
    Clear();
    std::ofstream(Path("to")) << "old";
    EXPECT_TRUE(absl::IsAlreadyExists(
        PublishFile(Path("from"), Path("to"), false, *calls)));
    EXPECT_EQ(Content("to"), "old");
    EXPECT_EQ(Content("from"), "new");
    ASSERT_TRUE(PublishFile(Path("from"), Path("to"), true, *calls).ok());
    EXPECT_EQ(Content("to"), "new");
  }
}

TEST_F(PublishFileTest, AFailureLeavesTheFileAndNothingElse) {
  for (const PublishCalls* calls : kFileSystems) {
    if (calls == &kLossyLinks) continue;
    EXPECT_FALSE(PublishFile(Path("from"), Path("no/to"), false, *calls).ok());
    EXPECT_FALSE(PublishFile(Path("none"), Path("to"), false, *calls).ok());
    EXPECT_EQ(Content("from"), "new");
    EXPECT_EQ(Files(), 1);
  }
}

// The atomic file on such file systems, with and without a name of its own.
class AtomicFileWithoutLinksTest : public PublishFileTest {
 protected:
  static absl::Status WriteAndCommit(absl::StatusOr<AtomicFile> file) {
    if (!file.ok()) return file.status();
    file->SetCalls(kWithNeither);
    const uint8_t bytes[] = {'a', 'b'};
    if (!file->WriteAt(0, bytes).ok()) return absl::InternalError("no write");
    return file->Commit();
  }
};

TEST_F(AtomicFileWithoutLinksTest, Commits) {
  fs::remove(Path("from"));
  for (bool overwrite : {false, true}) {
    for (bool partial : {false, true}) {
      const std::string out = Path("out");
      ASSERT_TRUE(WriteAndCommit(partial
                                     ? AtomicFile::CreatePartial(out, overwrite)
                                     : AtomicFile::Create(out, overwrite))
                      .ok());
      EXPECT_EQ(Content("out"), "ab");
      EXPECT_EQ(Files(), 1);
      if (!overwrite) fs::remove(out);
    }
  }
}

// Whatever comes between, what is finished stays and is named.
TEST_F(AtomicFileWithoutLinksTest, KeepsWhatItCannotName) {
  for (const PublishCalls* calls : {&kSystemPublishCalls, &kWithNeither}) {
    for (bool overwrite : {false, true}) {
      for (bool partial : {false, true}) {
        Clear();
        const std::string out = Path("out");
        std::string message;
        {
          auto file = partial ? AtomicFile::CreatePartial(out, overwrite)
                              : AtomicFile::Create(out, overwrite);
          ASSERT_TRUE(file.ok()) << file.status();
          file->SetCalls(*calls);
          const uint8_t bytes[] = {'a', 'b'};
          ASSERT_TRUE(file->WriteAt(0, bytes).ok());
          fs::create_directories(out + "/in the way");
          message = std::string(file->Commit().message());
        }
        const size_t at = message.rfind("kept as ");
        ASSERT_NE(at, std::string::npos) << message;
        EXPECT_EQ(ReadFile(message.substr(at + 8)).value_or("gone"), "ab");
      }
    }
  }
}

}  // namespace
}  // namespace tessera
