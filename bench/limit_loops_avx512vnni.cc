#define TESSERA_LIMIT_ISA avx512vnni
#include "bench/limit_loops_avx512-inl.h"
// After the vocabulary:
#include "bench/limit_loops-inl.h"
