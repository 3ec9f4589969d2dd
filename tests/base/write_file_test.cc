#include "base/write_file.h"

#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/read_file.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

class WriteFileTest : public testing::Test {
 protected:
  WriteFileTest() : folder_(fs::path(testing::TempDir()) / "write_file") {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
  }
  std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }

  const fs::path folder_;
};

TEST_F(WriteFileTest, ReplacesWhatALinkLeadsTo) {
  std::ofstream(Path("file")) << "old";
  fs::permissions(Path("file"), fs::perms(0600));
  fs::create_symlink("file", Path("link"));
  ASSERT_TRUE(WriteFile(Path("link"), "new").ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(ReadFile(Path("file")).value(), "new");
  EXPECT_EQ(fs::status(Path("file")).permissions(), fs::perms(0600));
}

TEST_F(WriteFileTest, DevicesStayDevices) {
  fs::create_symlink("/dev/null", Path("null"));
  EXPECT_TRUE(CheckWriteFile(Path("null")).ok());
  EXPECT_TRUE(WriteFile(Path("null"), "text").ok());
  EXPECT_TRUE(fs::is_symlink(Path("null")));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_FALSE(WriteFile("/dev/full", "text").ok());
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  EXPECT_TRUE(absl::IsInvalidArgument(CheckWriteFile(folder_.string())));
  EXPECT_FALSE(WriteFile(folder_.string(), "text").ok());
}

TEST_F(WriteFileTest, APipeGetsTheText) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  std::string read;
  std::thread reader([&] { read = ReadFile(Path("pipe")).value(); });
  EXPECT_TRUE(WriteFile(Path("pipe"), "text").ok());
  reader.join();
  EXPECT_EQ(read, "text");
  EXPECT_TRUE(fs::is_fifo(Path("pipe")));
}

TEST_F(WriteFileTest, AnOpenFileIsWrittenWhereItStands) {
  std::FILE* file = std::fopen(Path("open").c_str(), "w");
  std::fputs("before ", file);
  std::fflush(file);
  EXPECT_TRUE(
      WriteFile(absl::StrCat("/dev/fd/", fileno(file)), "between ").ok());
  std::fputs("after", file);
  std::fclose(file);
  EXPECT_EQ(ReadFile(Path("open")).value(), "before between after");
}

}  // namespace
}  // namespace tessera
