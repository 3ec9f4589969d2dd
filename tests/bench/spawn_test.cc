#include "bench/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "bench/subprocess.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

std::string ReadToEnd(int fd) {
  std::string text;
  char buffer[256];
  ssize_t size;
  while ((size = read(fd, buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<size_t>(size));
  }
  close(fd);
  return text;
}

TEST(SpawnTest, GivesTheFiles) {
  int out[2];
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  const auto child = Spawn({"sh", "-c", "echo out; echo err >&2; cat; exit 7"},
                           {.out = out[1], .err = out[1]});
  ASSERT_TRUE(child.ok()) << child.status();
  close(out[1]);
  EXPECT_EQ(ReadToEnd(out[0]), "out\nerr\n");  // stdin is empty
  EXPECT_EQ(WEXITSTATUS(WaitForEnd(*child)), 7);
}

// Where a file has the number that another one is to get.
TEST(SpawnTest, GivesFilesInAnyOrder) {
  int out[2];
  int err[2];
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(err, O_CLOEXEC), 0);
  const int kept_out = dup(STDOUT_FILENO);
  const int kept_err = dup(STDERR_FILENO);
  dup2(out[1], STDERR_FILENO);
  dup2(err[1], STDOUT_FILENO);
  const auto child = Spawn({"sh", "-c", "echo out; echo err >&2"},
                           {.out = STDERR_FILENO, .err = STDOUT_FILENO});
  dup2(kept_out, STDOUT_FILENO);
  dup2(kept_err, STDERR_FILENO);
  close(kept_out);
  close(kept_err);
  close(out[1]);
  close(err[1]);
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_EQ(ReadToEnd(out[0]), "out\n");
  EXPECT_EQ(ReadToEnd(err[0]), "err\n");
  EXPECT_EQ(WaitForEnd(*child), 0);
}

TEST(SpawnTest, SaysWhatCannotBeStarted) {
  const absl::Status none = Spawn({"/no/such/program"}, {}).status();
  EXPECT_TRUE(absl::IsNotFound(none)) << none;
  EXPECT_TRUE(
      absl::StartsWith(none.message(), "/no/such/program: cannot start"))
      << none;
  EXPECT_FALSE(Spawn({"/"}, {}).ok());
  EXPECT_FALSE(Spawn({"sh"}, {.in = 12345}).ok());
}

TEST(SpawnTest, TheSignalsAreThoseOfTheCaller) {
  constexpr char kShow[] = "grep -E 'Sig(Blk|Ign)' /proc/$0/status";
  const auto of_child = RunAndCapture({"sh", "-c", kShow, "self"});
  ASSERT_TRUE(of_child.ok()) << of_child.status();
  const auto of_caller =
      RunAndCapture({"sh", "-c", kShow, std::to_string(getpid())});
  EXPECT_EQ(*of_child, *of_caller);
}

TEST(SpawnTest, NothingOutlivesACallerThatIsKilled) {
  int out[2];
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  const pid_t caller = fork();
  if (caller == 0) {
    const auto child =
        Spawn({"sh", "-c", "echo started; exec sleep 1000"}, {.out = out[1]});
    close(out[1]);
    pause();
    _exit(child.ok() ? 0 : 1);
  }
  close(out[1]);
  char text[8];
  ASSERT_EQ(read(out[0], text, sizeof(text)), 8);
  kill(caller, SIGKILL);
  WaitForEnd(caller);
  // The pipe ends when nobody can write to it any more.
  EXPECT_EQ(ReadToEnd(out[0]), "");
}

}  // namespace
}  // namespace tessera
