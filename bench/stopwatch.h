// Time as benchmarks count it.
#ifndef BENCH_STOPWATCH_H_
#define BENCH_STOPWATCH_H_

#include <time.h>

namespace tessera {

// Seconds since it was made, for work of `threads` threads of which the calling
// one is the first. One thread is timed by the CPU time that it got, so that
// other programs on the machine cost it only what they do to caches and memory;
// several threads, which wait for each other, by the clock.
class Stopwatch {
 public:
  explicit Stopwatch(int threads)
      : clock_(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC),
        start_(Now()) {}

  double Seconds() const { return Now() - start_; }

 private:
  double Now() const {
    timespec now;
    clock_gettime(clock_, &now);
    return static_cast<double>(now.tv_sec) +
           static_cast<double>(now.tv_nsec) * 1e-9;
  }

  const clockid_t clock_;
  const double start_;
};

}  // namespace tessera

#endif  // BENCH_STOPWATCH_H_
