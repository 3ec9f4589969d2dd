#include "bench/gate/worker.h"

#include <cstdio>
#include <cstring>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kRow[] =
    "kernel isa=scalar type=Q8_0 layout=interleaved rows=64 columns=256 "
    "tokens=1";

TEST(WorkerTest, TimesWhatItIsAsked) {
  ThreadPool pool(2);
  Worker worker(pool);
  EXPECT_EQ(worker.Answer(absl::StrCat("open 3 1 ", kRow)), "ok");
  const std::string answer = worker.Answer("sample 3 0.001");
  ASSERT_TRUE(absl::StartsWith(answer, "time ")) << answer;
  double ns;
  ASSERT_TRUE(absl::SimpleAtod(answer.substr(5), &ns));
  EXPECT_GT(ns, 0);
  EXPECT_EQ(worker.Answer("close 3"), "ok");
  EXPECT_TRUE(absl::StartsWith(worker.Answer("sample 3 0.001"), "error "));
}

TEST(WorkerTest, TimesTheLimits) {
  ThreadPool pool(1);
  Worker worker(pool);
  for (const char* kind : {"read", "multiply"}) {
    const std::string row =
        absl::StrCat(kind,
                     " isa=scalar type=Q8_0 layout=interleaved rows=64 "
                     "columns=256 tokens=2");
    EXPECT_EQ(worker.Answer(absl::StrCat("open 0 0 ", row)), "ok");
    EXPECT_TRUE(absl::StartsWith(worker.Answer("sample 0 0"), "time "));
  }
}

TEST(WorkerTest, SaysWhatItDoesNotKnow) {
  ThreadPool pool(1);
  Worker worker(pool);
  for (const char* line :
       {"", "dance", "open", "open 0", "open x 0 kernel", "open 0 -1 kernel",
        "open 0 0 stove", "sample", "sample 0", "sample 0 -1", "sample 0 nan",
        "close", "close x",
        "open 0 0 kernel isa=scalar type=Q9_9 rows=16 columns=32 tokens=1"}) {
    EXPECT_TRUE(absl::StartsWith(worker.Answer(line), "unknown "))
        << line << ": " << worker.Answer(line);
  }
  for (const char* line :
       {"open 0 0 model isa=scalar n_gen=1 arena=/nowhere",
        // Q8_0 has blocks of 32 columns.
        "open 0 0 kernel isa=scalar type=Q8_0 layout=interleaved rows=16 "
        "columns=33 tokens=1"}) {
    EXPECT_TRUE(absl::StartsWith(worker.Answer(line), "error "))
        << line << ": " << worker.Answer(line);
  }
}

TEST(WorkerTest, ServesUntilItIsTold) {
  ThreadPool pool(1);
  char input[] = "close 0\nquit\nclose 0\n";
  char* output = nullptr;
  size_t size = 0;
  FILE* in = fmemopen(input, strlen(input), "r");
  FILE* out = open_memstream(&output, &size);
  Worker(pool).Serve(in, out);
  std::fclose(in);
  std::fclose(out);
  EXPECT_EQ(std::string(output, size), absl::StrCat(kWorkerGreeting, "\nok\n"));
  std::free(output);
}

}  // namespace
}  // namespace tessera
