#include "base/open_input.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "base/file_mapping.h"
#include "base/mapped_file.h"
#include "base/read_file.h"

namespace tessera {
namespace {

std::string Name(const std::string& name) {
  const std::string path = testing::TempDir() + "/" + name;
  unlink(path.c_str());
  return path;
}

std::string Link(const std::string& name, const std::string& target) {
  const std::string path = Name(name);
  EXPECT_EQ(symlink(target.c_str(), path.c_str()), 0);
  return path;
}

std::string Pipe(const std::string& name) {
  const std::string path = Name(name);
  EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
  return path;
}

// The message behind the path; the three ways to a file agree on it.
std::string Refusal(const std::string& path) {
  const absl::Status status = OpenRegularFile(path).status();
  EXPECT_EQ(MappedFile::Open(path).status(), status);
  EXPECT_EQ(FileMapping::Open(path).status(), status);
  EXPECT_TRUE(absl::StartsWith(status.message(), path + ": ")) << status;
  return std::string(status.message().substr(
      std::min(path.size() + 2, status.message().size())));
}

TEST(OpenInputTest, OddFilesAreRefusedAtOnce) {
  const std::string pipe = Pipe("pipe");
  const std::string is_pipe =
      "is a pipe, not a file; write what it gives to a file, and name that";
  EXPECT_EQ(Refusal(pipe), is_pipe);
  EXPECT_EQ(Refusal(Link("pipe_link", pipe)), is_pipe);
  EXPECT_EQ(Refusal("/dev/null"), "is a device, not a file");
  EXPECT_EQ(Refusal("/dev/zero"), "is a device, not a file");
  EXPECT_EQ(Refusal(testing::TempDir()),
            "is a folder, not a file; name a file in it");
  for (const char* path : {"/proc/cpuinfo", "/sys/kernel/uevent_seqnum"}) {
    if (access(path, R_OK) != 0) continue;
    EXPECT_EQ(Refusal(path), "is made up by the kernel, not a file on a disk");
  }
}

TEST(OpenInputTest, Sockets) {
  // Names of sockets are short.
  const std::string path = "/tmp/tessera_socket_" + std::to_string(getpid());
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
            0);
  EXPECT_EQ(Refusal(path), "is a socket, not a file");
  EXPECT_TRUE(absl::StrContains(ReadFile(path).status().message(),
                                "is a socket, not a file"));
  close(fd);
  unlink(path.c_str());
}

TEST(OpenInputTest, SaysWhatIsNotThere) {
  const std::string missing = Name("missing");
  EXPECT_EQ(Refusal(missing), "no such file");
  EXPECT_EQ(Refusal(testing::TempDir() + "/no/more/x"),
            "no such folder: " + testing::TempDir() + "/no");
  EXPECT_EQ(Refusal(Link("dangling", missing)),
            "is a link to " + missing + ", which does not exist");
  const std::string circle = testing::TempDir() + "/circle";
  EXPECT_EQ(Refusal(Link("circle", circle)),
            "is a link that leads back to itself");
  EXPECT_EQ(OpenRegularFile("").status().message(),
            "the name of the file is empty");
  EXPECT_TRUE(absl::IsNotFound(OpenRegularFile(missing).status()));
}

TEST(OpenInputTest, AFileIsNoFolder) {
  const std::string file = Name("file");
  std::ofstream(file) << "x";
  EXPECT_EQ(Refusal(file + "/"), file + " is a file, not a folder");
  EXPECT_EQ(Refusal(file + "/a/b"), file + " is a file, not a folder");
  EXPECT_EQ(CannotOpen(file, EACCES).message(),
            file + ": may not be read by this user: permission denied");
}

TEST(OpenInputTest, TextMayComeThroughAPipeThatSomebodyFills) {
  const std::string pipe = Pipe("text_pipe");
  EXPECT_EQ(ReadFile(pipe).status().message(),
            pipe + ": is a pipe to which no program writes");
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "hello", 5), 5);
  close(ends[1]);
  EXPECT_EQ(ReadFile("/proc/self/fd/" + std::to_string(ends[0])).value(),
            "hello");
  close(ends[0]);
  EXPECT_TRUE(absl::StrContains(ReadFile(testing::TempDir()).status().message(),
                                "is a folder"));
}

}  // namespace
}  // namespace tessera
