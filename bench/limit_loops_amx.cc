#include <immintrin.h>
#include <stdint.h>

#include "bench/limit_loops.h"

namespace tessera {
namespace limit_loops {
namespace amx {

// 16 x 16 sums of 32 products at a time, in 4 tiles to hide the latency.
int64_t MultiplyBfloats(int64_t rounds) {
  constexpr int64_t kMacs = 16 * 16 * 32;
  struct {
    uint8_t palette = 1;
    uint8_t start_row = 0;
    uint8_t reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16};
  } config;
  // GCC takes ldtilecfg to read 8 bytes only.
  asm volatile("" : : "r"(&config) : "memory");
  _tile_loadconfig(&config);
  for (int64_t i = 0; i < rounds; ++i) {
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(2, 4, 5);
    _tile_dpbf16ps(3, 4, 5);
  }
  _tile_release();
  return rounds * 4 * kMacs;
}

}  // namespace amx
}  // namespace limit_loops
}  // namespace tessera
