// Tiles of amx_gemm-inl.h: their shape, loads, products and stores. Functions
// are for kGroups groups of 16 tokens and R row tiles, each 1 or 2.
#ifndef RUNTIME_KERNELS_AMX_TILES_INL_H_
#define RUNTIME_KERNELS_AMX_TILES_INL_H_

#include <immintrin.h>
#include <stdint.h>

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// The shape of the tiles. Loading it takes as long as some products, so it is
// loaded only when it changes.
class TileShape {
 public:
  ~TileShape() { _tile_release(); }

  // Groups of `tokens0` and `tokens1` tokens; the second may be absent, 0.
  inline void Set(int64_t tokens0, int64_t tokens1) {
    if (tokens0 == tokens0_ && tokens1 == tokens1_) return;
    tokens0_ = tokens0;
    tokens1_ = tokens1;
    struct {
      uint8_t palette = 1;  // 8 tiles of 16 rows of 64 bytes
      uint8_t start_row = 0;
      uint8_t reserved[14] = {};
      uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      uint8_t rows[16] = {};
    } config;
    const uint8_t rows0 = static_cast<uint8_t>(tokens0);
    const uint8_t rows1 = static_cast<uint8_t>(tokens1 > 0 ? tokens1 : 1);
    config.rows[0] = config.rows[1] = config.rows[4] = rows0;
    config.rows[2] = config.rows[3] = config.rows[5] = rows1;
    config.rows[6] = config.rows[7] = 16;
    // GCC takes ldtilecfg to read 8 bytes only.
    asm volatile("" : : "r"(&config) : "memory");
    _tile_loadconfig(&config);
  }

 private:
  int64_t tokens0_ = 0;
  int64_t tokens1_ = 0;
};

// What the compiler does not know that tile instructions read.
inline void FinishStores() { asm volatile("" ::: "memory"); }

// C += A B for one block, as many of its groups and row tiles as there are.
template <int kGroups, int R>
inline void AddTileProducts() {
  _tile_dpbf16ps(0, 4, 6);
  if constexpr (R > 1) _tile_dpbf16ps(1, 4, 7);
  if constexpr (kGroups > 1) _tile_dpbf16ps(2, 5, 6);
  if constexpr (kGroups > 1 && R > 1) _tile_dpbf16ps(3, 5, 7);
}

template <int kGroups>
inline void LoadActivationTiles(const uint16_t* group0,
                                const uint16_t* group1) {
  _tile_loadd(4, group0, 64);
  if constexpr (kGroups > 1) _tile_loadd(5, group1, 64);
}

// Sums of up to two groups of tokens and two row tiles: where the tiles of C
// go, and come from if columns were added before.
struct SumsAt {
  float* group0;
  float* group1;
  int64_t row_stride;  // bytes from a token to the next
};

template <int kGroups, int R>
inline void LoadSums(const SumsAt& at) {
  _tile_loadd(0, at.group0, at.row_stride);
  if constexpr (R > 1) _tile_loadd(1, at.group0 + 16, at.row_stride);
  if constexpr (kGroups > 1) _tile_loadd(2, at.group1, at.row_stride);
  if constexpr (kGroups > 1 && R > 1) {
    _tile_loadd(3, at.group1 + 16, at.row_stride);
  }
}

inline void ClearSums() {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

template <int kGroups, int R>
inline void StoreSums(const SumsAt& at) {
  _tile_stored(0, at.group0, at.row_stride);
  if constexpr (R > 1) _tile_stored(1, at.group0 + 16, at.row_stride);
  if constexpr (kGroups > 1) _tile_stored(2, at.group1, at.row_stride);
  if constexpr (kGroups > 1 && R > 1) {
    _tile_stored(3, at.group1 + 16, at.row_stride);
  }
}

// Activations of up to two groups, in blocks from the first on.
struct GroupsAt {
  int64_t offset0;
  int64_t offset1;
  int64_t step0;  // from a block to the next
  int64_t step1;
};

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_AMX_TILES_INL_H_
