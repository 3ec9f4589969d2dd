// Threads that walk through the phases of a computation together.
#ifndef RUNTIME_OPS_THREAD_TEAM_H_
#define RUNTIME_OPS_THREAD_TEAM_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "base/thread_pool.h"

namespace tessera {

// Inside ThreadPool::Run, every thread calls the same sequence of phases. In a
// phase each thread has a contiguous share of a range, which it takes piece by
// piece, so that weights are one stream; a thread that is done takes pieces from
// the others. The next phase starts when all pieces are done.
class ThreadTeam {
 public:
  // One thread's place in the sequence.
  struct Member {
    int thread;
    uint32_t phase = 0;
  };

  explicit ThreadTeam(ThreadPool* pool)
      : pool_(*pool), taken_(2 * pool->size()) {}

  int size() const { return pool_.size(); }

  // Calls walk(member) on each thread of the pool. Allocates nothing.
  template <typename Walk>
  void Run(const Walk& walk) {
    for (int thread = 0; thread < size(); ++thread) Reset(0, thread);
    pool_.Run([&walk](int thread) { walk(Member{thread}); });
  }

  // One phase: calls body(first, last) for pieces of [0, count), each of
  // `piece` or fewer, and returns when the pieces of all threads are done.
  template <typename Body>
  void Phase(Member& member, int64_t count, int64_t piece, const Body& body) {
    // Counters alternate: nobody looks at the other ones before the barrier.
    Reset(member.phase + 1, member.thread);
    const int64_t pieces = (count + piece - 1) / piece;
    for (int i = 0; i < size(); ++i) {
      const int owner = (member.thread + i) % size();
      const int64_t begin = pieces * owner / size();
      const int64_t share = pieces * (owner + 1) / size() - begin;
      std::atomic<int64_t>& taken = Taken(member.phase, owner);
      while (taken.load(std::memory_order_relaxed) < share) {
        const int64_t next = taken.fetch_add(1, std::memory_order_relaxed);
        if (next >= share) break;
        const int64_t first = (begin + next) * piece;
        body(first, std::min(first + piece, count));
      }
    }
    ++member.phase;
    if (size() > 1) pool_.barrier().Wait();
  }

  // A piece such that each thread finds `pieces` or more of them in `count`: more
  // even out better, fewer do more with what they unpack.
  int64_t PieceOf(int64_t count, int64_t pieces = 8) const {
    return std::max<int64_t>(count / (pieces * size()), 1);
  }

 private:
  struct alignas(64) Counter {
    std::atomic<int64_t> value{0};
  };

  // Pieces taken of a thread's share.
  std::atomic<int64_t>& Taken(uint32_t phase, int thread) {
    return taken_[phase % 2 * size() + thread].value;
  }
  void Reset(uint32_t phase, int thread) {
    Taken(phase, thread).store(0, std::memory_order_relaxed);
  }

  ThreadPool& pool_;
  std::vector<Counter> taken_;
};

}  // namespace tessera

#endif  // RUNTIME_OPS_THREAD_TEAM_H_
