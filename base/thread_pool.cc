#include "base/thread_pool.h"

#include <immintrin.h>
#include <sched.h>

#include <algorithm>

namespace tessera {
namespace {

// About 50 microseconds of polling before a thread gives its core away: longer
// than the gap between two matrices, shorter than anyone would notice.
constexpr int kSpins = 2000;

int AvailableCpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    return std::max(1, CPU_COUNT(&set));
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

int ThreadCount(int threads) { return threads > 0 ? threads : AvailableCpus(); }

void SpinBarrier::Wait() {
  const uint32_t generation = generation_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == count_) {
    arrived_.store(0, std::memory_order_relaxed);
    generation_.store(generation + 1, std::memory_order_release);
    return;
  }
  int spins = 0;
  while (generation_.load(std::memory_order_acquire) == generation) {
    if (++spins < kSpins) {
      _mm_pause();
    } else {
      sched_yield();
    }
  }
}

ThreadPool::ThreadPool(int size) : size_(ThreadCount(size)), barrier_(size_) {
  try {
    for (int thread = 1; thread < size_; ++thread) {
      workers_.emplace_back([this, thread] { WorkerLoop(thread); });
    }
  } catch (...) {
    Stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { Stop(); }

void ThreadPool::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stop_.store(true, std::memory_order_release);
    wake_.SignalAll();
  }
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::WorkerLoop(int thread) {
  uint64_t seen = 0;
  while (true) {
    int spins = 0;
    while (job_.load(std::memory_order_acquire) == seen) {
      if (stop_.load(std::memory_order_acquire)) return;
      if (++spins < kSpins) {
        _mm_pause();
        continue;
      }
      absl::MutexLock lock(&mutex_);
      while (job_.load(std::memory_order_acquire) == seen &&
             !stop_.load(std::memory_order_acquire)) {
        wake_.Wait(&mutex_);
      }
    }
    ++seen;
    function_(thread);
    unfinished_.fetch_sub(1, std::memory_order_release);
  }
}

void ThreadPool::Run(absl::FunctionRef<void(int)> function) {
  if (size_ == 1) {
    function(0);
    return;
  }
  function_ = function;
  unfinished_.store(size_ - 1, std::memory_order_relaxed);
  {
    absl::MutexLock lock(&mutex_);
    job_.fetch_add(1, std::memory_order_release);
    wake_.SignalAll();
  }
  function(0);
  int spins = 0;
  while (unfinished_.load(std::memory_order_acquire) != 0) {
    if (++spins < kSpins) {
      _mm_pause();
    } else {
      sched_yield();
    }
  }
}

void ThreadPool::ParallelFor(int64_t count,
                             absl::FunctionRef<void(int64_t)> function) {
  std::atomic<int64_t> next{0};
  Run([&](int) {
    for (int64_t i = next.fetch_add(1, std::memory_order_relaxed); i < count;
         i = next.fetch_add(1, std::memory_order_relaxed)) {
      function(i);
    }
  });
}

}  // namespace tessera
