#include "bench/peer.h"

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "bench/subprocess.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// A program that runs `script` in a shell.
std::string WriteScript(const std::string& name, const std::string& script) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
  chmod(path.c_str(), 0700);
  return path;
}

TEST(SubprocessTest, CapturesOutputOfAnyLength) {
  const auto output = RunAndCapture(
      {"sh", "-c",
       "echo lost >&2; i=0; while [ $i -lt 20000 ]; do echo 12345; "
       "i=$((i+1)); done"});
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->size(), 120000u);
}

TEST(SubprocessTest, ReportsFailure) {
  const absl::Status failed =
      RunAndCapture({"sh", "-c", "echo one >&2; echo why >&2; exit 3"})
          .status();
  EXPECT_TRUE(absl::IsInvalidArgument(failed));
  EXPECT_TRUE(absl::StrContains(failed.message(), "code 3: 'why'")) << failed;
  EXPECT_TRUE(absl::StrContains(
      RunAndCapture({"sh", "-c", "kill -9 $$"}).status().message(),
      "signal 9"));
  EXPECT_FALSE(RunAndCapture({"/no/such/program"}).ok());
}

TEST(PeerTest, AsksForTheTests) {
  const Peer peer = {"llama-bench", {"-rtr", "1"}};
  EXPECT_EQ(
      absl::StrJoin(PeerCommand(peer, "m.gguf",
                                {{512, 0, 0}, {0, 128, 0}, {16, 0, 0}}, 5, 2),
                    " "),
      "llama-bench -m m.gguf -p 512,16 -n 128 -r 5 -t 2 -o json -rtr 1");
  EXPECT_EQ(absl::StrJoin(PeerCommand({"b", {}}, "m", {{0, 8, 64}}, 1, 1), " "),
            "b -m m -p 0 -n 8 -r 1 -t 1 -o json -d 64");
}

// One run for each depth; results come back in the order of the tests.
TEST(PeerTest, RunsDepthByDepth) {
  const std::string program = WriteScript("fake-bench", R"(
case "$*" in
  *"-d 64"*) echo '[{"n_prompt": 0, "n_gen": 8, "n_depth": 64, "avg_ts": 3}]' ;;
  *) echo '[{"n_prompt": 16, "n_gen": 0, "avg_ts": 2}]' ;;
esac)");
  const auto results =
      RunPeer({program, {}}, "m", {{0, 8, 64}, {16, 0, 0}}, 1, 1);
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 2u);
  EXPECT_EQ((*results)[0].avg_ts, 3);
  EXPECT_EQ((*results)[1].avg_ts, 2);

  const absl::Status missing =
      RunPeer({program, {}}, "m", {{32, 0, 0}}, 1, 1).status();
  EXPECT_TRUE(absl::IsDataLoss(missing));
  EXPECT_TRUE(absl::StrContains(missing.message(), "no test pp32")) << missing;
  EXPECT_TRUE(absl::StrContains(missing.message(), "fake-bench")) << missing;
}

TEST(PeerTest, ChecksThatItStarts) {
  EXPECT_TRUE(CheckPeer({WriteScript("good", "exit 0"), {}}).ok());
  EXPECT_FALSE(CheckPeer({WriteScript("bad", "exit 1"), {}}).ok());
  EXPECT_FALSE(CheckPeer({"/no/such/llama-bench", {}}).ok());
}

}  // namespace
}  // namespace tessera
