// Threads that share one piece of work.
#ifndef BASE_WORKER_THREADS_H_
#define BASE_WORKER_THREADS_H_

#include <functional>
#include <system_error>
#include <thread>
#include <vector>

namespace tessera {

// Starts up to `count` threads that each call `work` once; fewer, perhaps none,
// if the system has no more. Join them before what `work` refers to goes away.
inline std::vector<std::thread> StartThreads(
    int count, const std::function<void()>& work) {
  std::vector<std::thread> threads;
  threads.reserve(count);
  try {
    while (static_cast<int>(threads.size()) < count) {
      threads.emplace_back(work);
    }
  } catch (const std::system_error&) {
    // Those that run do the work.
  }
  return threads;
}

}  // namespace tessera

#endif  // BASE_WORKER_THREADS_H_
