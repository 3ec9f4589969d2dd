#include "bench/temporary_folder.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

TEST(TemporaryFolderTest, GoesAwayWithAllThatIsInIt) {
  std::optional<TemporaryFolder> folder = *TemporaryFolder::Create();
  const std::string path = folder->path();
  fs::create_directory(path + "/inner");
  std::ofstream(path + "/inner/file") << "text";
  std::optional<TemporaryFolder> moved = std::move(*folder);
  folder.reset();
  EXPECT_TRUE(fs::exists(path));
  moved.reset();
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryFolderTest, GoesAwayWhenTheProcessIsKilled) {
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    int pipe_fds[2];
    ASSERT_EQ(pipe(pipe_fds), 0);
    const pid_t child = fork();
    if (child == 0) {
      const auto folder = TemporaryFolder::Create();
      std::ofstream(folder->path() + "/file") << "text";
      const std::string line = folder->path() + "\n";
      _exit(write(pipe_fds[1], line.data(), line.size()) > 0 ? pause() : 1);
    }
    close(pipe_fds[1]);
    char line[4096];
    const ssize_t size = read(pipe_fds[0], line, sizeof(line));
    close(pipe_fds[0]);
    ASSERT_GT(size, 1);
    const std::string path(line, static_cast<size_t>(size) - 1);
    EXPECT_TRUE(fs::exists(path + "/file"));
    kill(child, signal);
    int status;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal);
    // Another process is at it.
    for (int i = 0; i < 1000 && fs::exists(path); ++i) usleep(10 * 1000);
    EXPECT_FALSE(fs::exists(path)) << path;
  }
}

}  // namespace
}  // namespace tessera
