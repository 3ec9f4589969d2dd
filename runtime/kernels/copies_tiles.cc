#include "runtime/kernels/copies_tiles.h"

#include <cpuid.h>

namespace tessera {

bool CopiesTiles(bool is_amd, unsigned family, unsigned model) {
  const unsigned models = model / 16;  // a generation has blocks of 16
  return is_amd && family == 25 &&
         (models == 1 || models == 6 || models == 7 || models == 10);
}

bool CpuCopiesTiles() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0) return false;
  // CPUID's function 1: base and extended family and model.
  const unsigned base = eax >> 8 & 15;
  const unsigned family = base == 15 ? base + (eax >> 20 & 255) : base;
  const unsigned model = (eax >> 4 & 15) | (eax >> 12 & 0xf0);
  return CopiesTiles(__builtin_cpu_is("amd") != 0, family, model);
}

}  // namespace tessera
