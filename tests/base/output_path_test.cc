#include "base/output_path.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

class OutputPathTest : public testing::Test {
 protected:
  OutputPathTest() : folder_(fs::path(testing::TempDir()) / "output_path") {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "other");
    std::ofstream(Path("file")) << "old";
    fs::create_symlink("file", Path("link"));
    fs::create_symlink("other/new", Path("dangling"));
    fs::create_symlink(Path("dangling"), Path("link_to_link"));
    fs::create_symlink("circle", Path("circle"));
    fs::create_symlink("other", Path("folder_link"));
    fs::create_hard_link(Path("file"), Path("twin"));
  }

  std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }
  static absl::StatusCode Code(const std::string& path, bool overwrite) {
    return CheckOutput(path, overwrite).code();
  }

  const fs::path folder_;
};

TEST_F(OutputPathTest, LinksAreFollowedToTheLastName) {
  EXPECT_EQ(FollowLinks(Path("file")).value(), Path("file"));
  EXPECT_EQ(FollowLinks(Path("link")).value(), Path("file"));
  EXPECT_EQ(FollowLinks(Path("link_to_link")).value(), Path("other/new"));
  EXPECT_EQ(FollowLinks("no/such").value(), "no/such");
  EXPECT_TRUE(absl::IsFailedPrecondition(FollowLinks(Path("circle")).status()));
}

TEST_F(OutputPathTest, WhatItResolvesToDecides) {
  using absl::StatusCode;
  EXPECT_EQ(Code(Path("new"), false), StatusCode::kOk);
  EXPECT_EQ(Code(Path("file"), false), StatusCode::kAlreadyExists);
  EXPECT_EQ(Code(Path("link"), false), StatusCode::kAlreadyExists);
  EXPECT_EQ(Code(Path("file"), true), StatusCode::kOk);
  EXPECT_EQ(Code(Path("link"), true), StatusCode::kOk);
  for (bool overwrite : {false, true}) {
    EXPECT_EQ(Code(Path("dangling"), overwrite), StatusCode::kOk);
    EXPECT_EQ(Code(Path("circle"), overwrite), StatusCode::kFailedPrecondition);
    EXPECT_EQ(Code(Path("other"), overwrite), StatusCode::kInvalidArgument);
    EXPECT_EQ(Code(Path("folder_link"), overwrite),
              StatusCode::kInvalidArgument);
    EXPECT_EQ(Code(Path("new/"), overwrite), StatusCode::kInvalidArgument);
    EXPECT_EQ(Code("", overwrite), StatusCode::kInvalidArgument);
    EXPECT_EQ(Code(Path("none/new"), overwrite), StatusCode::kNotFound);
    EXPECT_EQ(Code(Path("file/new"), overwrite),
              StatusCode::kFailedPrecondition);
    EXPECT_NE(Code(Path(std::string(300, 'x')), overwrite), StatusCode::kOk);
  }
}

TEST_F(OutputPathTest, WhatIsNoFileIsNeverReplaced) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  fs::create_symlink("/dev/null", Path("to_null"));
  for (const std::string& path :
       {Path("pipe"), Path("to_null"), std::string("/dev/null"),
        std::string("/dev/full")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckOutput(path, true))) << path;
    EXPECT_TRUE(IsStream(path)) << path;
  }
  EXPECT_FALSE(IsStream(Path("file")));
  EXPECT_FALSE(IsStream(Path("none")));
  EXPECT_FALSE(IsStream(Path("other")));
}

TEST_F(OutputPathTest, AnOpenFileIsAStreamWhateverItIs) {
  const int fd = dup(STDERR_FILENO);
  std::FILE* file = std::fopen(Path("open").c_str(), "w");
  const std::string path = "/proc/self/fd/" + std::to_string(fileno(file));
  EXPECT_TRUE(IsStream(path));
  EXPECT_TRUE(absl::IsInvalidArgument(CheckOutput(path, true)));
  std::fclose(file);
  close(fd);
}

TEST_F(OutputPathTest, NamesOfOneFile) {
  EXPECT_TRUE(IsSameOutput(Path("file"), Path("file")));
  EXPECT_TRUE(IsSameOutput(Path("file"), Path("link")));
  EXPECT_TRUE(IsSameOutput(Path("file"), Path("twin")));
  EXPECT_TRUE(IsSameOutput(Path("file"), Path("other/../file")));
  EXPECT_TRUE(IsSameOutput(Path("dangling"), Path("other/new")));
  EXPECT_TRUE(IsSameOutput(Path("folder_link/x"), Path("other/x")));
  EXPECT_FALSE(IsSameOutput(Path("other/x"), Path("x")));
  EXPECT_FALSE(IsSameOutput(Path("x"), Path("y")));
  EXPECT_TRUE(absl::IsInvalidArgument(
      CheckIsNoInput(Path("twin"), {Path("x"), Path("file")})));
  EXPECT_TRUE(CheckIsNoInput(Path("new"), {Path("x"), Path("file")}).ok());
}

// Root may write anywhere; nobody may not.
TEST_F(OutputPathTest, PermissionIsAskedBefore) {
  const bool is_root = geteuid() == 0;
  fs::permissions(Path("other"), fs::perms(0555));
  fs::create_directory(Path("shared"));
  fs::permissions(Path("shared"), fs::perms(01777));
  std::ofstream(Path("shared/of_another")) << "x";
  ASSERT_EQ(seteuid(is_root ? 65534 : geteuid()), 0);
  const auto readonly = CheckOutput(Path("other/new"), false);
  const auto through_link = CheckOutput(Path("dangling"), false);
  const auto sticky = CheckOutput(Path("shared/of_another"), true);
  ASSERT_EQ(seteuid(is_root ? 0 : geteuid()), 0);
  fs::permissions(Path("other"), fs::perms::owner_all);
  EXPECT_TRUE(absl::IsPermissionDenied(readonly)) << readonly;
  EXPECT_TRUE(absl::IsPermissionDenied(through_link)) << through_link;
  EXPECT_EQ(absl::IsPermissionDenied(sticky), is_root) << sticky;
}

TEST_F(OutputPathTest, RoomIsAskedBefore) {
  EXPECT_TRUE(CheckRoom(Path("new"), 100, 100).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(
      CheckRoom(Path("new"), uint64_t{1} << 62, uint64_t{1} << 62)));
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit = {1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  const absl::Status status = CheckRoom(Path("new"), 1001, 1);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_NE(status.message().find("ulimit"), std::string::npos) << status;
}

}  // namespace
}  // namespace tessera
