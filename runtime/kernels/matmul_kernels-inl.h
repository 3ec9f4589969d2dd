// Interleaved matrices times tokens: what is common to all types. A type is a
// struct with
//
//   static constexpr int kTokens;  // most tokens at a time, a power of two
//   template <int T>
//   static void AddTile(const uint8_t* tile, const Activations& x,
//                       int64_t token, F32x16 (&sum)[T]);
//
// AddTile turns sum[t], lane r, from 0 to row r of the row tile times token +
// t; for types with blocks it adds to any sum, which gemv_part-inl.h relies on.
// With a further argument, false, it asks for no weights ahead: those of
// rowmajor_matmul-inl.h are in the L1 cache. Its
// sequence of float operations per row and token is the same for every T, so
// results do not depend on how tokens are grouped.
#ifndef RUNTIME_KERNELS_MATMUL_KERNELS_INL_H_
#define RUNTIME_KERNELS_MATMUL_KERNELS_INL_H_

#include <stdint.h>

#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Row tiles that stay in the L2 cache while all tokens pass.
constexpr int64_t kRowTileGroupBytes = 384 * 1024;

// Weights are asked for this far ahead, first from memory, then from the L2
// cache (docs/kernels.md, "How weights stream"). Other distances are for
// measuring: docs/loading.md, "Reading ahead".
#ifndef TESSERA_PREFETCH_FAR_BYTES
#define TESSERA_PREFETCH_FAR_BYTES 3584
#endif
#ifndef TESSERA_PREFETCH_NEAR_BYTES
#define TESSERA_PREFETCH_NEAR_BYTES 1792
#endif
constexpr int64_t kFarBytes = TESSERA_PREFETCH_FAR_BYTES;
constexpr int64_t kNearBytes = TESSERA_PREFETCH_NEAR_BYTES;

// Asks for `kBytes` bytes at these distances from `p`. Large tiles are asked
// for in parts: more at once would wait for each other. Nothing if not kAhead.
template <int64_t kBytes, bool kAhead = true>
inline void PrefetchAhead(const uint8_t* p) {
  if constexpr (!kAhead) return;
  TESSERA_UNROLL
  for (int64_t i = 0; i < kBytes; i += 64) {
    __builtin_prefetch(p + kFarBytes + i, 0, 2);
    __builtin_prefetch(p + kNearBytes + i, 0, 3);
  }
}

// The rows of one row tile times tokens [token, token + T).
template <typename Type, int T>
__attribute__((noinline, flatten)) void MultiplyTile(const MatmulArgs& args,
                                            int64_t tile, int64_t token) {
  F32x16 sum[T];
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) sum[t] = Broadcast(0.0f);
  Type::template AddTile<T>(args.tiles + tile * args.row_tile_stride, args.x,
                            token, sum);
  const int64_t row = tile * 16;
  const int64_t rows = args.rows - row;
  float* out = args.out + token * args.out_stride + row;
  TESSERA_UNROLL
  for (int t = 0; t < T; ++t) {
    if (rows >= 16) {
      Store(out + t * args.out_stride, sum[t]);
    } else {
      StorePartial(out + t * args.out_stride, sum[t], rows);
    }
  }
}

// Row tiles [first, last) times the tokens from `token` on, T at a time, then
// the rest with T / 2.
template <typename Type, int T>
void MultiplyTokens(const MatmulArgs& args, int64_t first, int64_t last,
                    int64_t token) {
  for (; token + T <= args.x.tokens; token += T) {
    for (int64_t tile = first; tile < last; ++tile) {
      MultiplyTile<Type, T>(args, tile, token);
    }
  }
  if constexpr (T > 1) {
    if (token < args.x.tokens) {
      MultiplyTokens<Type, T / 2>(args, first, last, token);
    }
  }
}

template <typename Type>
void Matmul(const MatmulArgs& args) {
  int64_t group = kRowTileGroupBytes / args.row_tile_stride;
  if (group < 1) group = 1;
  for (int64_t first = args.first_tile; first < args.last_tile;
       first += group) {
    const int64_t left = args.last_tile - first;
    MultiplyTokens<Type, Type::kTokens>(
        args, first, first + (left < group ? left : group), 0);
  }
}

// ---- float types ----

// Even and odd columns have a sum of their own, which are added at the end: two
// chains of fused multiply-adds, and the two halves of a stored pair need no
// further shuffle.
template <typename Weights>
struct FloatType {
  static constexpr int kTokens = kFloatTokens;

  // Adds even columns to even[t] and odd ones to odd[t].
  template <int T>
  static inline void AddPairs(const uint8_t* tile, const Activations& x,
                              int64_t token, F32x16 (&even)[T],
                              F32x16 (&odd)[T]) {
    const float* column = x.f32 + token * x.f32_stride;
    int64_t k = 0;
    for (; k + 2 <= x.columns; k += 2, tile += Weights::kPairBytes) {
      PrefetchAhead<Weights::kPairBytes>(tile);
      F32x16 w_even, w_odd;
      Weights::LoadPair(tile, w_even, w_odd);
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        const float* pair = column + t * x.f32_stride + k;
        even[t] = MulAdd(w_even, Broadcast(pair[0]), even[t]);
        odd[t] = MulAdd(w_odd, Broadcast(pair[1]), odd[t]);
      }
    }
    if (k < x.columns) {
      const F32x16 w_even = Weights::LoadLast(tile);
      TESSERA_UNROLL
      for (int t = 0; t < T; ++t) {
        const float* last = column + t * x.f32_stride + k;
        even[t] = MulAdd(w_even, Broadcast(last[0]), even[t]);
      }
    }
  }

  template <int T>
  static inline void AddTile(const uint8_t* tile, const Activations& x,
                             int64_t token, F32x16 (&sum)[T]) {
    F32x16 odd[T];
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) odd[t] = Broadcast(0.0f);
    AddPairs(tile, x, token, sum, odd);
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) sum[t] = Add(sum[t], odd[t]);
  }
};

struct F32Weights {
  static constexpr int64_t kPairBytes = 128;
  static inline void LoadPair(const uint8_t* p, F32x16& even, F32x16& odd) {
    even = LoadLast(p);
    odd = LoadLast(p + 64);
  }
  static inline F32x16 LoadLast(const uint8_t* p) {
    return Load(reinterpret_cast<const float*>(p));
  }
};

struct F16Weights {
  static constexpr int64_t kPairBytes = 64;
  static inline void LoadPair(const uint8_t* p, F32x16& even, F32x16& odd) {
    LoadF16Pairs(p, even, odd);
  }
  static inline F32x16 LoadLast(const uint8_t* p) {
    F32x16 even, padding;
    LoadPair(p, even, padding);
    return even;
  }
};

struct BF16Weights {
  static constexpr int64_t kPairBytes = 64;
  static inline void LoadPair(const uint8_t* p, F32x16& even, F32x16& odd) {
    LoadBf16Pairs(p, even, odd);
  }
  static inline F32x16 LoadLast(const uint8_t* p) {
    F32x16 even, padding;
    LoadPair(p, even, padding);
    return even;
  }
};

using F32Type = FloatType<F32Weights>;
using F16Type = FloatType<F16Weights>;
using BF16Type = FloatType<BF16Weights>;

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_MATMUL_KERNELS_INL_H_
