// Many tokens at a time on AMX: weights become bfloat16 in the order of its
// tiles, once for all tokens, and products are summed in float32 in the tiles.
//
//   tile 0..3   C[g][r]  16 tokens of group g x 16 rows of row tile r, float32
//   tile 4, 5   A[g]     16 tokens x 32 columns, bfloat16
//   tile 6, 7   B[r]     32 columns x 16 rows, bfloat16 (amx_weights-inl.h)
//
// Four products of 16 x 16 x 32 need four loads, of which B comes from the L1
// cache and A from L2.
#ifndef RUNTIME_KERNELS_AMX_GEMM_INL_H_
#define RUNTIME_KERNELS_AMX_GEMM_INL_H_

#include <immintrin.h>
#include <stdint.h>

#include "runtime/kernels/amx_weights-inl.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

constexpr int64_t kTileTokens = 16;
static_assert(kTileTokens == kPanelTokens, "a group of tokens is a tile");

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

// Sums of up to two groups of tokens and two row tiles: where the tiles of C go,
// and come from if columns were added before.
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

// `count` blocks of R row tiles, of which the second is `stride` tiles on.
template <typename Weights, int kGroups, int R>
inline void AddBlocks(const Activations& x, GroupsAt at,
                      const Bf16Tile<Weights::kParts>* weights, int64_t stride,
                      int64_t count) {
  for (int64_t b = 0; b < count; ++b) {
    const Bf16Tile<Weights::kParts>& w0 = weights[b];
    const Bf16Tile<Weights::kParts>& w1 = weights[stride + b];
    LoadActivationTiles<kGroups>(x.bf16 + at.offset0, x.bf16 + at.offset1);
    if constexpr (Weights::kParts > 1) {
      _tile_loadd(6, w0.line[1], 64);
      if constexpr (R > 1) _tile_loadd(7, w1.line[1], 64);
      AddTileProducts<kGroups, R>();
    }
    _tile_loadd(6, w0.line[0], 64);
    if constexpr (R > 1) _tile_loadd(7, w1.line[0], 64);
    AddTileProducts<kGroups, R>();
    if constexpr (Weights::kActivationParts > 1) {
      LoadActivationTiles<kGroups>(x.bf16_rest + at.offset0,
                                   x.bf16_rest + at.offset1);
      AddTileProducts<kGroups, R>();
    }
    at.offset0 += at.step0;
    at.offset1 += at.step1;
  }
}

// One call's state.
template <typename Weights>
class AmxMultiplier {
 public:
  explicit AmxMultiplier(const MatmulArgs& args)
      : args_(args),
        x_(args.x),
        blocks_((x_.columns + kActivationBlock - 1) / kActivationBlock),
        weights_(reinterpret_cast<Tile*>(args.scratch)) {}

  void Run() {
    const int64_t room = kGemmScratchBytes / sizeof(Tile);
    const int64_t slab = blocks_ < room / 2 ? blocks_ : room / 16 * 8;
    int64_t tiles = room / slab / 2 * 2;
    for (int64_t tile = args_.first_tile; tile < args_.last_tile;
         tile += tiles) {
      const int64_t left = args_.last_tile - tile;
      for (int64_t first = 0; first < blocks_; first += slab) {
        const int64_t blocks_left = blocks_ - first;
        MultiplySlab(tile, tile + (left < tiles ? left : tiles), first,
                     blocks_left < slab ? blocks_left : slab);
      }
    }
  }

 private:
  using Tile = Bf16Tile<Weights::kParts>;

  // Blocks [first, first + count) of row tiles [tile, last_tile).
  void MultiplySlab(int64_t tile, int64_t last_tile, int64_t first,
                    int64_t count) {
    for (int64_t i = tile; i < last_tile; ++i) {
      const uint8_t* row_tile = args_.tiles + i * args_.row_tile_stride;
      for (int64_t b = 0; b < count; b += kUnpackedBlocks) {
        const int64_t left = count - b;
        Weights::Unpack(row_tile, x_.columns, first + b,
                        left < kUnpackedBlocks ? left : kUnpackedBlocks,
                        weights_ + (i - tile) * count + b);
      }
    }
    FinishStores();
    for (int64_t token = 0; token < x_.tokens; token += 2 * kTileTokens) {
      const int64_t left = x_.tokens - token;
      const int64_t size0 = left < kTileTokens ? left : kTileTokens;
      const int64_t size1 =
          left - size0 < kTileTokens ? left - size0 : kTileTokens;
      shape_.Set(size0, size1);
      if (size1 > 0) {
        MultiplyGroups<2>(tile, last_tile, first, count, token, size0, size1);
      } else {
        MultiplyGroups<1>(tile, last_tile, first, count, token, size0, 0);
      }
    }
  }

  template <int kGroups>
  void MultiplyGroups(int64_t tile, int64_t last_tile, int64_t first,
                      int64_t count, int64_t token, int64_t size0,
                      int64_t size1) {
    constexpr int64_t kBlock = kActivationBlock;
    const GroupsAt at = {
        (token * blocks_ + first * size0) * kBlock,
        ((token + kTileTokens) * blocks_ + first * size1) * kBlock,
        size0 * kBlock, size1 * kBlock};
    const Tile* weights = weights_;
    for (; tile + 2 <= last_tile; tile += 2, weights += 2 * count) {
      MultiplyPair<kGroups, 2>(tile, first, count, token, size0 + size1, at,
                               weights);
    }
    if (tile < last_tile) {
      MultiplyPair<kGroups, 1>(tile, first, count, token, size0 + size1, at,
                               weights);
    }
  }

  template <int kGroups, int R>
  void MultiplyPair(int64_t tile, int64_t first, int64_t count, int64_t token,
                    int64_t tokens, const GroupsAt& at, const Tile* weights) {
    const int64_t row = tile * 16;
    const int64_t rows = args_.rows - row;
    const bool whole = rows >= 16 * R;
    float* out = args_.out + token * args_.out_stride + row;
    alignas(64) float buffer[2 * kTileTokens][R][16];
    const int64_t stride = whole ? args_.out_stride : R * 16;
    float* to = whole ? out : buffer[0][0];
    const SumsAt sums = {to, to + kTileTokens * stride,
                         static_cast<int64_t>(stride * sizeof(float))};
    if (first == 0) {
      ClearSums();
    } else {
      if (!whole) CopyRows(out, args_.out_stride, tokens, rows, buffer[0][0], R * 16);
      FinishStores();
      LoadSums<kGroups, R>(sums);
    }
    AddBlocks<Weights, kGroups, R>(x_, at, weights, count, count);
    StoreSums<kGroups, R>(sums);
    FinishStores();
    if (!whole) CopyRows(buffer[0][0], R * 16, tokens, rows, out, args_.out_stride);
  }

  static void CopyRows(const float* from, int64_t from_stride, int64_t tokens,
                       int64_t rows, float* to, int64_t to_stride) {
    for (int64_t t = 0; t < tokens; ++t) {
      for (int64_t row = 0; row < rows; ++row) {
        to[t * to_stride + row] = from[t * from_stride + row];
      }
    }
  }

  const MatmulArgs& args_;
  const Activations& x_;
  const int64_t blocks_;
  Tile* const weights_;
  TileShape shape_;
};

template <typename Type>
void AmxGemm(const MatmulArgs& args) {
  AmxMultiplier<typename AmxWeightsOf<Type>::Weights>(args).Run();
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_AMX_GEMM_INL_H_
