#include "base/thread_pool.h"

#include <atomic>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ThreadPoolTest, RunCallsEachThreadOnce) {
  for (int size : {1, 2, 5}) {
    ThreadPool pool(size);
    ASSERT_EQ(pool.size(), size);
    std::vector<int> calls(size, 0);
    for (int round = 0; round < 100; ++round) {
      pool.Run([&](int thread) { ++calls[thread]; });
    }
    for (int count : calls) EXPECT_EQ(count, 100);
  }
}

TEST(ThreadPoolTest, ParallelForVisitsEachIndexOnce) {
  ThreadPool pool(3);
  std::vector<std::atomic<int>> visits(1000);
  pool.ParallelFor(1000, [&](int64_t index) { ++visits[index]; });
  for (const auto& count : visits) EXPECT_EQ(count, 1);
  pool.ParallelFor(0, [&](int64_t) { FAIL(); });
}

// Under the thread sanitizer this also proves that the barrier orders memory.
TEST(ThreadPoolTest, BarrierSeparatesPhases) {
  constexpr int kThreads = 4;
  constexpr int kPhases = 200;
  ThreadPool pool(kThreads);
  std::vector<int> value(kThreads, 0);
  std::atomic<int> wrong{0};
  pool.Run([&](int thread) {
    for (int phase = 1; phase <= kPhases; ++phase) {
      value[thread] = phase;
      pool.barrier().Wait();
      for (int other : value) wrong += other != phase;
      pool.barrier().Wait();
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadPoolTest, IdleWorkersWakeUpAndEnd) {
  for (int i = 0; i < 20; ++i) {
    ThreadPool pool(4);
    std::atomic<int> calls{0};
    if (i % 2 == 0) pool.Run([&](int) { ++calls; });
    EXPECT_EQ(calls, i % 2 == 0 ? 4 : 0);
  }
}

}  // namespace
}  // namespace tessera
