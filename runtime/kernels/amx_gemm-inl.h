// Many tokens at a time on AMX: weights become bfloat16 in the order of its
// tiles, once for all tokens, and products are summed in float32 in the tiles.
//
//   tile 0..3   C[g][r]  16 tokens of group g x 16 rows of row tile r, float32
//   tile 4, 5   A[g]     16 tokens x 32 columns, bfloat16
//   tile 6, 7   B[r]     32 columns x 16 rows, bfloat16 (amx_weights-inl.h)
//
// Four products of 16 x 16 x 32 need four loads, from the L2 cache.
#ifndef RUNTIME_KERNELS_AMX_GEMM_INL_H_
#define RUNTIME_KERNELS_AMX_GEMM_INL_H_

#include <immintrin.h>
#include <stdint.h>

#include "runtime/kernels/amx_tiles-inl.h"
#include "runtime/kernels/amx_weights-inl.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

constexpr int64_t kTileTokens = 16;
constexpr int64_t kAmxRowTiles = 2;
constexpr int64_t kSlabBlocks = 64;   // 2048 columns
constexpr int64_t kSlabTokens = 256;  // whose activations of a slab take 1 MiB
static_assert(kTileTokens == kPanelTokens, "a group of tokens is a tile");

// A pair of row tiles, or the last one, and a range of blocks.
struct Slab {
  int64_t tile;
  int64_t last_tile;
  int64_t first;
  int64_t count;

  int64_t tiles() const { return (last_tile - tile) * count; }
};

// Makes the tiles of a slab one by one, so that the vector units can do it
// while the tile unit multiplies.
template <typename Weights>
class TileMaker {
 public:
  using Tile = Bf16Tile<Weights::kParts>;

  // Nothing to make.
  TileMaker() = default;

  // Row tile by row tile to `out`.
  inline void Start(const MatmulArgs& args, const Slab& slab, Tile* out) {
    args_ = &args;
    slab_ = slab;
    out_ = out;
    made_ = 0;
    left_ = slab.tiles();
  }

  int64_t left() const { return left_; }

  // Makes the next one.
  inline void Step() {
    const int64_t b = made_ % slab_.count;
    if (b % kUnpackedBlocks == 0) {
      const int64_t more = slab_.count - b;
      Weights::Load(args_->tiles + (slab_.tile + made_ / slab_.count) *
                                       args_->row_tile_stride,
                    args_->x.columns, slab_.first + b,
                    more < kUnpackedBlocks ? more : kUnpackedBlocks, chunk_);
    }
    Weights::Make(chunk_, b % kUnpackedBlocks, out_[made_]);
    ++made_;
    --left_;
  }

  inline void Finish() {
    while (left_ > 0) Step();
  }

 private:
  const MatmulArgs* args_ = nullptr;
  Slab slab_;
  Tile* out_ = nullptr;
  int64_t made_ = 0;
  int64_t left_ = 0;
  typename Weights::Chunk chunk_;
};

// `count` blocks of R row tiles, of which the second is `count` tiles on. Steps
// of `ahead` are taken as evenly as its work and this one's allow.
template <typename Weights, int kGroups, int R>
inline void AddBlocks(const Activations& x, GroupsAt at,
                      const Bf16Tile<Weights::kParts>* weights, int64_t count,
                      int64_t steps_of_16, TileMaker<Weights>& ahead) {
  int64_t due = 0;
  for (int64_t b = 0; b < count; ++b) {
    const Bf16Tile<Weights::kParts>& w0 = weights[b];
    const Bf16Tile<Weights::kParts>& w1 = weights[count + b];
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
    for (due += steps_of_16; due >= 16; due -= 16) {
      if (ahead.left() > 0) ahead.Step();
    }
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
        current_(reinterpret_cast<Tile*>(args.scratch)),
        next_(current_ + kAmxRowTiles * kSlabBlocks) {
    static_assert(2 * kAmxRowTiles * kSlabBlocks * sizeof(Tile) <=
                  kGemmScratchBytes);
  }

  void Run() {
    for (int64_t token = 0; token < x_.tokens; token += kSlabTokens) {
      const int64_t left = x_.tokens - token;
      MultiplyTokens(token, token + (left < kSlabTokens ? left : kSlabTokens));
    }
  }

 private:
  using Tile = Bf16Tile<Weights::kParts>;

  // Row tiles pass within columns, so that activations of a slab's columns stay
  // in the L2 cache.
  Slab SlabAt(int64_t tile, int64_t first) const {
    const int64_t last = tile + kAmxRowTiles;
    const int64_t left = blocks_ - first;
    return {tile, last < args_.last_tile ? last : args_.last_tile, first,
            left < kSlabBlocks ? left : kSlabBlocks};
  }
  Slab After(const Slab& slab) const {
    return slab.last_tile < args_.last_tile
               ? SlabAt(slab.last_tile, slab.first)
               : SlabAt(args_.first_tile, slab.first + slab.count);
  }

  void MultiplyTokens(int64_t token, int64_t last) {
    Slab slab = SlabAt(args_.first_tile, 0);
    ahead_.Start(args_, slab, current_);
    ahead_.Finish();
    while (slab.count > 0) {
      FinishStores();
      const Slab next = After(slab);
      ahead_.Start(args_, next, next_);
      MultiplySlab(slab, token, last);
      ahead_.Finish();
      Tile* const made = next_;
      next_ = current_;
      current_ = made;
      slab = next;
    }
  }

  void MultiplySlab(const Slab& slab, int64_t token, int64_t last) {
    const int64_t pairs =
        (last - token + 2 * kTileTokens - 1) / (2 * kTileTokens);
    const int64_t steps_of_16 =
        (16 * ahead_.left() + pairs * slab.count - 1) / (pairs * slab.count);
    for (; token < last; token += 2 * kTileTokens) {
      const int64_t left = last - token;
      const int64_t size0 = left < kTileTokens ? left : kTileTokens;
      const int64_t size1 =
          left - size0 < kTileTokens ? left - size0 : kTileTokens;
      shape_.Set(size0, size1);
      if (size1 > 0) {
        MultiplyGroups<2>(slab, token, size0, size1, steps_of_16);
      } else {
        MultiplyGroups<1>(slab, token, size0, 0, steps_of_16);
      }
    }
  }

  template <int kGroups>
  void MultiplyGroups(const Slab& slab, int64_t token, int64_t size0,
                      int64_t size1, int64_t steps_of_16) {
    if (slab.last_tile - slab.tile == kAmxRowTiles) {
      MultiplyGroupsBy<kGroups, 2>(slab, token, size0, size1, steps_of_16);
    } else {
      MultiplyGroupsBy<kGroups, 1>(slab, token, size0, size1, steps_of_16);
    }
  }

  // By R row tiles.
  template <int kGroups, int R>
  void MultiplyGroupsBy(const Slab& slab, int64_t token, int64_t size0,
                        int64_t size1, int64_t steps_of_16) {
    constexpr int64_t kBlock = kActivationBlock;
    const GroupsAt at = {
        (token * blocks_ + slab.first * size0) * kBlock,
        ((token + kTileTokens) * blocks_ + slab.first * size1) * kBlock,
        size0 * kBlock, size1 * kBlock};
    const int64_t row = slab.tile * 16;
    const int64_t rows = args_.rows - row;
    const bool whole = rows >= 16 * R;
    float* out = args_.out + token * args_.out_stride + row;
    // The last rows of a matrix may be fewer than a tile's.
    alignas(64) float buffer[2 * kTileTokens][R][16];
    const int64_t stride = whole ? args_.out_stride : R * 16;
    float* to = whole ? out : buffer[0][0];
    const SumsAt sums = {to, to + kTileTokens * stride,
                         stride * static_cast<int64_t>(sizeof(float))};
    if (slab.first == 0) {
      ClearSums();
    } else {
      if (!whole) {
        CopyRows(out, args_.out_stride, size0 + size1, rows, to, stride);
      }
      FinishStores();
      LoadSums<kGroups, R>(sums);
    }
    AddBlocks<Weights, kGroups, R>(x_, at, current_, slab.count, steps_of_16,
                                   ahead_);
    StoreSums<kGroups, R>(sums);
    FinishStores();
    if (!whole) {
      CopyRows(to, stride, size0 + size1, rows, out, args_.out_stride);
    }
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
  Tile* current_;  // the slab at hand
  Tile* next_;     // the one that is being made
  TileMaker<Weights> ahead_;
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
