// Row-major matrices times tokens: Q4_0, Q8_0, Q4_K, Q6_K. Sixteen rows are
// read side by side, 512 columns of each at a time, and become a piece of an
// interleaved row tile in the L1 cache, with which the kernels for such tiles
// go on. So results have the bits of the interleaved layout. See
// docs/kernels.md, "Row-major matrices".
//
// A type is a struct with
//
//   using Type = ...;                       // the kernel for interleaved tiles
//   static constexpr int64_t kBlockColumns, kBlockBytes;  // as GGUF stores
//   them static constexpr int64_t kPackedBytes;  // of kPackedBlocks static
//   void Pack(Rows16 rows, int64_t blocks, uint8_t* out);
//
// Pack interleaves the first `blocks` blocks of each row and reads nothing
// else.
#ifndef RUNTIME_KERNELS_ROWMAJOR_MATMUL_INL_H_
#define RUNTIME_KERNELS_ROWMAJOR_MATMUL_INL_H_

#include <stdint.h>

#include "runtime/kernels/gemm_kernels-inl.h"
#include "runtime/kernels/integer_matmul-inl.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/panel-inl.h"
#include "runtime/kernels/super_block_matmul-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// Blocks of activations whose columns are packed at a time, 5 to 9 KB.
constexpr int64_t kPackedBlocks = 16;

// Tokens whose sums are held while all columns of a row tile pass, 16 KiB.
constexpr int64_t kRowMajorTokens = 256;

// Tokens at a time; kGemmMinTokens and more go another way, if there is one.
#ifdef TESSERA_HAS_GEMM
constexpr int kRowMajorStep = kGemmMinTokens / 2;
#else
constexpr int kRowMajorStep = kIntegerTokens;
#endif

// 16 rows, and what to fetch into the L2 cache while they are read.
struct Rows16 {
  const uint8_t* first;
  int64_t stride;
  const uint8_t* fetch;
};

// Asks for the next `kBytes` bytes, a few at each step of the reading: more at
// once would wait for each other.
template <int64_t kBytes>
inline void FetchNext(Rows16& rows) {
  TESSERA_UNROLL
  for (int64_t i = 0; i < kBytes; i += 64) {
    __builtin_prefetch(rows.fetch + i, 0, 2);
  }
  rows.fetch += kBytes;
}

struct Q4_0Rows {
  using Type = Q4_0Type;
  static constexpr int64_t kBlockColumns = 32;
  static constexpr int64_t kBlockBytes = 18;
  static constexpr int64_t kTileBytes = 64 + 2 * 256;
  static constexpr int64_t kPackedBytes = kPackedBlocks / 2 * kTileBytes;

  static inline void Pack(Rows16 rows, int64_t blocks, uint8_t* out) {
    for (int64_t i = 0; i < blocks; ++i, rows.first += kBlockBytes) {
      FetchNext<16 * kBlockBytes>(rows);
      uint8_t* head = out + i / 2 * kTileBytes;
      GatherHalves(rows.first, rows.stride, head + i % 2 * 32);
      InterleaveRows<0>(rows.first + 2, rows.stride, head + 64 + i % 2 * 256);
    }
  }
};

struct Q8_0Rows {
  using Type = Q8_0Type;
  static constexpr int64_t kBlockColumns = 32;
  static constexpr int64_t kBlockBytes = 34;
  static constexpr int64_t kTileBytes = 64 + 2 * 512;
  static constexpr int64_t kPackedBytes = kPackedBlocks / 2 * kTileBytes;

  static inline void Pack(Rows16 rows, int64_t blocks, uint8_t* out) {
    for (int64_t i = 0; i < blocks; ++i, rows.first += kBlockBytes) {
      FetchNext<16 * kBlockBytes>(rows);
      uint8_t* head = out + i / 2 * kTileBytes;
      uint8_t* body = head + 64 + i % 2 * 512;
      GatherHalves(rows.first, rows.stride, head + i % 2 * 32);
      InterleaveRows<0x80>(rows.first + 2, rows.stride, body);
      InterleaveRows<0x80>(rows.first + 18, rows.stride, body + 256);
    }
  }
};

struct Q4_KRows {
  using Type = Q4_KType;
  static constexpr int64_t kBlockColumns = kSuperBlock;
  static constexpr int64_t kBlockBytes = 144;
  static constexpr int64_t kPackedBytes =
      kPackedBlocks / kSubBlocks * Type::kTileBytes;

  // d, dmin, 12 bytes of scales; 128 of quants.
  static inline void Pack(Rows16 rows, int64_t blocks, uint8_t* out) {
    for (int64_t i = 0; i < blocks; ++i, rows.first += kBlockBytes) {
      for (int64_t k = 0; k < kBlockBytes; k += 16) {
        FetchNext<256>(rows);
        InterleaveRows<0>(rows.first + k, rows.stride, out + 16 * k);
      }
      StoreU8(out, SplitHalves(LoadU8(out)));
      for (int64_t line = 64; line < 256; line += 64) {
        StoreU8(out + line, TransposeBytes(LoadU8(out + line)));
      }
      out += Type::kTileBytes;
    }
  }
};

struct Q6_KRows {
  using Type = Q6_KType;
  static constexpr int64_t kBlockColumns = kSuperBlock;
  static constexpr int64_t kBlockBytes = 210;
  static constexpr int64_t kTileBytes = 64 + 2 * Type::kBodyBytes;
  static constexpr int64_t kPackedBytes =
      kPackedBlocks / kSubBlocks / 2 * kTileBytes;

  // 128 bytes of low bits, 64 of high bits; 16 scales; d. A body begins with
  // the scales.
  static inline void Pack(Rows16 rows, int64_t blocks, uint8_t* out) {
    for (int64_t i = 0; i < blocks; ++i, rows.first += kBlockBytes) {
      uint8_t* head = out + i / 2 * kTileBytes;
      uint8_t* body = head + 64 + i % 2 * Type::kBodyBytes;
      FetchNext<32>(rows);
      GatherHalves(rows.first + 208, rows.stride, head + i % 2 * 32);
      FetchNext<256>(rows);
      InterleaveRows<0>(rows.first + 192, rows.stride, body);
      for (int64_t k = 0; k < 192; k += 16) {
        FetchNext<256>(rows);
        InterleaveRows<0>(rows.first + k, rows.stride, body + 256 + 16 * k);
      }
      for (int64_t line = 0; line < 256; line += 64) {
        StoreU8(body + line, TransposeBytes(LoadU8(body + line)));
      }
    }
  }
};

// Blocks of activations [first, first + count), at most kPackedBlocks.
struct Chunk {
  int64_t first;
  int64_t count;
};

inline Chunk ChunkAt(const Activations& x, int64_t first) {
  const int64_t left = x.columns / kActivationBlock - first;
  return {first, left < kPackedBlocks ? left : kPackedBlocks};
}

// As Pack, for the `count` < 16 rows that are left of a matrix: the others
// repeat the last one.
template <typename Rows>
__attribute__((noinline)) void PackLastRows(const Rows16& rows, int64_t count,
                                            int64_t blocks, uint8_t* out) {
  constexpr int64_t kStride = kPackedBlocks * kActivationBlock /
                              Rows::kBlockColumns * Rows::kBlockBytes;
  uint8_t copy[16 * kStride];
  for (int64_t r = 0; r < 16; ++r) {
    const int64_t row = r < count ? r : count - 1;
    __builtin_memcpy(copy + r * kStride, rows.first + row * rows.stride,
                     blocks * Rows::kBlockBytes);
  }
  Rows::Pack({copy, kStride, copy}, blocks, out);
}

// A chunk of rows 16 tile .. 16 tile + 15.
template <typename Rows>
inline void PackChunk(const MatmulArgs& args, int64_t tile, Chunk chunk,
                      uint8_t* out) {
  constexpr int64_t kUnit = Rows::kBlockColumns / kActivationBlock;
  const int64_t stride = args.row_tile_stride;
  const uint8_t* row = args.tiles + 16 * tile * stride;
  const int64_t offset = chunk.first / kUnit * Rows::kBlockBytes;
  const int64_t blocks = chunk.count / kUnit;
  const int64_t count = args.rows - 16 * tile;
  // The next 16 rows, in the order in which they are stored.
  const Rows16 rows = {row + offset, stride, row + 16 * (stride + offset)};
  if (count < 16) {
    PackLastRows<Rows>(rows, count, blocks, out);
  } else {
    Rows::Pack(rows, blocks, out);
  }
}

// The chunk of the panel's group that begins with token `token`.
inline Activations GroupPart(const Activations& x, int64_t token, Chunk chunk) {
  const int64_t left = x.tokens - token;
  const int64_t group = left < kPanelTokens ? left : kPanelTokens;
  const int64_t i =
      PanelIndex(x.tokens, x.columns / kActivationBlock, chunk.first, token);
  return {group,
          chunk.count * kActivationBlock,
          nullptr,
          0,
          x.q + i * kActivationBlock,
          x.scale + i,
          x.sum16 + 2 * i};
}

// sums[t] += the packed chunk times tokens `token` and up of a group, T at a
// time, then the rest with T / 2.
template <typename Type, int T>
inline void AddPacked(const uint8_t* packed, const Activations& group,
                      int64_t token, float (*sums)[16]) {
  for (; token + T <= group.tokens; token += T) {
    F32x16 sum[T];
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) sum[t] = Load(sums[token + t]);
    Type::template AddTile<T, false>(packed, group, token, sum);
    TESSERA_UNROLL
    for (int t = 0; t < T; ++t) Store(sums[token + t], sum[t]);
  }
  if constexpr (T > 1) AddPacked<Type, T / 2>(packed, group, token, sums);
}

// Rows 16 tile .. 16 tile + 15 times tokens [token, last), at most
// kRowMajorTokens. `token` begins a group; T are taken at a time.
template <typename Rows, int T>
__attribute__((noinline, flatten)) void MultiplySixteenRows(
    const MatmulArgs& args, int64_t tile, int64_t token, int64_t last) {
  alignas(64) uint8_t packed[Rows::kPackedBytes];
  alignas(64) float sums[kRowMajorTokens][16];
  for (int64_t t = token; t < last; ++t) {
    Store(sums[t - token], Broadcast(0.0f));
  }
  for (int64_t first = 0; first < args.x.columns / kActivationBlock;
       first += kPackedBlocks) {
    const Chunk chunk = ChunkAt(args.x, first);
    PackChunk<Rows>(args, tile, chunk, packed);
    for (int64_t t = token; t < last; t += kPanelTokens) {
      AddPacked<typename Rows::Type, T>(packed, GroupPart(args.x, t, chunk), 0,
                                        sums + (t - token));
    }
  }
  const int64_t rows = args.rows - tile * 16;
  for (int64_t t = token; t < last; ++t) {
    float* out = args.out + t * args.out_stride + tile * 16;
    if (rows >= 16) {
      Store(out, Load(sums[t - token]));
    } else {
      StorePartial(out, Load(sums[t - token]), rows);
    }
  }
}

#ifdef TESSERA_HAS_GEMM

// Packs rows for MultiplyManyTokens.
template <typename Rows>
struct RowMajorSource {
  static_assert(kPackedBlocks >= kUnpackedBlocks, "");

  template <typename Gemm, int R>
  static inline void Unpack(const MatmulArgs& args, int64_t tile, int64_t first,
                            int64_t count, int r, UnpackedTiles<R>& out) {
    alignas(64) uint8_t packed[Rows::kPackedBytes];
    PackChunk<Rows>(args, tile, {first, count}, packed);
    Gemm::template Unpack<R>(packed, 0, count, r, out);
  }
};

#endif  // TESSERA_HAS_GEMM

template <typename Rows>
void MatmulRowMajor(const MatmulArgs& args) {
  const int64_t tokens = args.x.tokens;
#ifdef TESSERA_HAS_GEMM
  if (tokens >= kGemmMinTokens) {
    MultiplyManyTokens<typename GemmOf<typename Rows::Type>::Gemm,
                       RowMajorSource<Rows>>(args);
    return;
  }
#endif
  for (int64_t tile = args.first_tile; tile < args.last_tile; ++tile) {
    if (tokens == 1) {
      MultiplySixteenRows<Rows, 1>(args, tile, 0, 1);
      continue;
    }
    for (int64_t token = 0; token < tokens; token += kRowMajorTokens) {
      const int64_t left = tokens - token;
      MultiplySixteenRows<Rows, kRowMajorStep>(
          args, tile, token,
          token + (left < kRowMajorTokens ? left : kRowMajorTokens));
    }
  }
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_ROWMAJOR_MATMUL_INL_H_
