// Counts the memory allocations of the process.
#ifndef BENCH_GATE_ALLOCATION_COUNTER_H_
#define BENCH_GATE_ALLOCATION_COUNTER_H_

#include <cstdint>

namespace tessera {

// Calls of malloc and its kin so far, operator new included, by all threads. A
// program that links this has them counted. Thread-safe.
int64_t AllocationCount();

}  // namespace tessera

#endif  // BENCH_GATE_ALLOCATION_COUNTER_H_
