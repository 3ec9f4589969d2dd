#include "runtime/ops/thread_team.h"

#include <atomic>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ThreadTeamTest, EachPhaseCoversItsRangeOnceBeforeTheNextBegins) {
  constexpr int64_t kCount = 1000;
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    ThreadTeam team(&pool);
    std::vector<int> values(kCount, 0);
    std::atomic<int> mistakes{0};
    // Runs of an odd and an even number of phases: the counters alternate.
    for (int run = 0; run < 20; ++run) {
      std::fill(values.begin(), values.end(), 0);
      team.Run([&](ThreadTeam::Member member) {
        for (int phase = 0; phase < 3 + run % 2; ++phase) {
          team.Phase(member, kCount, 1 + phase * 7,
                     [&](int64_t first, int64_t last) {
                       for (int64_t i = first; i < last; ++i) {
                         // Written by another thread, one phase ago.
                         const int64_t other = kCount - 1 - i;
                         if (phase % 2 == 0 && values[i] != phase) ++mistakes;
                         if (phase % 2 == 0) ++values[i];
                         if (phase % 2 == 1 && values[other] != phase) {
                           ++mistakes;
                         }
                         if (phase % 2 == 1) ++values[other];
                       }
                     });
        }
      });
      for (const int value : values) EXPECT_EQ(value, 3 + run % 2);
    }
    EXPECT_EQ(mistakes, 0);
  }
}

TEST(ThreadTeamTest, AnEmptyPhaseCallsNothing) {
  ThreadPool pool(3);
  ThreadTeam team(&pool);
  std::atomic<int> calls{0};
  team.Run([&](ThreadTeam::Member member) {
    team.Phase(member, 0, 4, [&](int64_t, int64_t) { ++calls; });
    team.Phase(member, 1, 4, [&](int64_t first, int64_t last) {
      EXPECT_EQ(first, 0);
      EXPECT_EQ(last, 1);
      ++calls;
    });
  });
  EXPECT_EQ(calls, 1);
}

TEST(ThreadTeamTest, PiecesAreNeverEmpty) {
  ThreadPool pool(4);
  const ThreadTeam team(&pool);
  EXPECT_EQ(team.PieceOf(0), 1);
  EXPECT_EQ(team.PieceOf(31), 1);
  EXPECT_EQ(team.PieceOf(3200), 100);
}

}  // namespace
}  // namespace tessera
