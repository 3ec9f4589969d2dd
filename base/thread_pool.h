// A fixed team of threads that run one function together.
#ifndef BASE_THREAD_POOL_H_
#define BASE_THREAD_POOL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"

namespace tessera {

// `threads`, or for 0 one per CPU that this process may run on.
int ThreadCount(int threads);

// A barrier for a known number of threads. Spins briefly, then yields, because
// the phases of a decoder are microseconds apart.
class SpinBarrier {
 public:
  explicit SpinBarrier(int count) : count_(count) {}

  // Returns once all `count` threads have called it. What each thread wrote
  // before is visible to all after. Reusable.
  void Wait();

  // How often all threads have met here so far, modulo 2^32.
  uint32_t waits() const { return generation_.load(std::memory_order_relaxed); }

 private:
  const int count_;
  std::atomic<int> arrived_{0};
  std::atomic<uint32_t> generation_{0};
};

// `size` threads, the caller's included. Run and ParallelFor may be called by
// one thread at a time, never from inside a running function.
class ThreadPool {
 public:
  // `size` >= 1; 0 means one thread per CPU that this process may run on.
  // Throws std::system_error if the system gives no more threads.
  explicit ThreadPool(int size);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return size_; }

  // A barrier for all threads of a running function.
  SpinBarrier& barrier() { return barrier_; }

  // Calls function(thread) once on each thread, 0 <= thread < size(), and
  // returns when all have returned. `function` must not throw.
  void Run(absl::FunctionRef<void(int)> function);

  // Calls function(index) for each index in [0, count), in no particular order
  // and spread over the threads.
  void ParallelFor(int64_t count, absl::FunctionRef<void(int64_t)> function);

 private:
  void WorkerLoop(int thread);
  void Stop();

  const int size_;
  SpinBarrier barrier_;
  std::vector<std::thread> workers_;

  std::atomic<uint64_t> job_{0};    // number of the current job
  std::atomic<int> unfinished_{0};  // workers still in it
  std::atomic<bool> stop_{false};
  std::function<void(int)> function_;
  absl::Mutex mutex_;  // for workers that sleep between jobs
  absl::CondVar wake_;
};

}  // namespace tessera

#endif  // BASE_THREAD_POOL_H_
