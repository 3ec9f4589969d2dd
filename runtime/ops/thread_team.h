// Threads that walk through the phases of a computation together.
#ifndef RUNTIME_OPS_THREAD_TEAM_H_
#define RUNTIME_OPS_THREAD_TEAM_H_

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "base/thread_pool.h"

namespace tessera {

// Inside ThreadPool::Run, every thread calls the same sequence of phases. In a
// phase the threads take pieces of a range, in order, until none is left; the
// next phase starts when all pieces are done. So a thread that is held up does
// not hold up a fixed share of the work.
class ThreadTeam {
 public:
  // One thread's place in the sequence.
  struct Member {
    int thread;
    uint32_t phase = 0;
  };

  explicit ThreadTeam(ThreadPool* pool) : pool_(*pool) {}

  int size() const { return pool_.size(); }

  // Calls walk(member) on each thread of the pool. Allocates nothing.
  template <typename Walk>
  void Run(const Walk& walk) {
    next_[0].value.store(0, std::memory_order_relaxed);
    pool_.Run([&walk](int thread) { walk(Member{thread}); });
  }

  // One phase: calls body(first, last) for pieces of [0, count), each of
  // `piece` or fewer, and returns when the pieces of all threads are done.
  template <typename Body>
  void Phase(Member& member, int64_t count, int64_t piece, const Body& body) {
    // Counters alternate: nobody looks at the other one before the barrier.
    std::atomic<int64_t>& next = next_[member.phase % 2].value;
    if (member.thread == 0) {
      next_[(member.phase + 1) % 2].value.store(0, std::memory_order_relaxed);
    }
    while (true) {
      const int64_t first = next.fetch_add(piece, std::memory_order_relaxed);
      if (first >= count) break;
      body(first, std::min(first + piece, count));
    }
    ++member.phase;
    if (size() > 1) pool_.barrier().Wait();
  }

  // A piece such that each thread finds about eight of them in `count`: enough
  // to even out, few enough to stream.
  int64_t PieceOf(int64_t count) const {
    return std::max<int64_t>(count / (8 * size()), 1);
  }

 private:
  struct alignas(64) Counter {
    std::atomic<int64_t> value{0};
  };

  ThreadPool& pool_;
  Counter next_[2];
};

}  // namespace tessera

#endif  // RUNTIME_OPS_THREAD_TEAM_H_
