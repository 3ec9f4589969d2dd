#include "formats/layout/interleave.h"

#include <cstring>

namespace tessera {
namespace {

template <typename Chunk>
Chunk LoadChunk(const uint8_t* bytes) {
  Chunk chunk;
  std::memcpy(&chunk, bytes, sizeof(chunk));
  return chunk;
}

template <typename Chunk>
void StoreChunk(Chunk chunk, uint8_t* bytes) {
  std::memcpy(bytes, &chunk, sizeof(chunk));
}

// The byte `value` in each byte of a Chunk.
template <typename Chunk>
constexpr Chunk Splat(uint8_t value) {
  return static_cast<Chunk>(value * 0x01010101u);
}

// Four chunks of four rows: 16 bytes of each row, or of each chunk.
using Quad = uint32_t __attribute__((vector_size(16)));

Quad LoadQuad(const uint8_t* bytes) {
  Quad quad;
  std::memcpy(&quad, bytes, sizeof(quad));
  return quad;
}

void StoreQuad(Quad quad, uint8_t* bytes) {
  std::memcpy(bytes, &quad, sizeof(quad));
}

// Transposes 4 x 4 chunks, from 4 places `from_stride` apart to 4 places
// `to_stride` apart: the inner loop of packing and unpacking.
inline void TransposeQuads(const uint8_t* from, uint64_t from_stride,
                           uint32_t flip, uint8_t* to, uint64_t to_stride) {
  const Quad a = LoadQuad(from) ^ flip;
  const Quad b = LoadQuad(from + from_stride) ^ flip;
  const Quad c = LoadQuad(from + 2 * from_stride) ^ flip;
  const Quad d = LoadQuad(from + 3 * from_stride) ^ flip;
  const Quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Quad ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Quad cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  StoreQuad(__builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5), to);
  StoreQuad(__builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
            to + to_stride);
  StoreQuad(__builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
            to + 2 * to_stride);
  StoreQuad(__builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7),
            to + 3 * to_stride);
}

// `rows` holds `row_count` rows, `stride` apart; chunk i of row r goes to
// place i * 16 + r of `tile`. Missing rows are zeros.
template <typename Chunk>
void Interleave(const uint8_t* rows, uint64_t stride, uint64_t row_count,
                uint64_t chunks, uint8_t value_xor, uint8_t* tile) {
  const Chunk flip = Splat<Chunk>(value_xor);
  constexpr uint64_t kSize = sizeof(Chunk);
  uint64_t i = 0;
  if constexpr (kSize == 4) {
    for (; row_count == kTileRows && i + 4 <= chunks; i += 4) {
      for (uint64_t r = 0; r < kTileRows; r += 4) {
        TransposeQuads(rows + r * stride + i * kSize, stride, flip,
                       tile + (i * kTileRows + r) * kSize, kTileRows * kSize);
      }
    }
  }
  for (; i < chunks; ++i) {
    uint8_t* out = tile + i * kTileRows * kSize;
    for (uint64_t r = 0; r < kTileRows; ++r) {
      const Chunk chunk =
          r < row_count ? LoadChunk<Chunk>(rows + r * stride + i * kSize) : 0;
      StoreChunk<Chunk>(chunk ^ flip, out + r * kSize);
    }
  }
}

// The inverse, for the rows of `window`.
template <typename Chunk>
void Deinterleave(const uint8_t* tile, uint64_t chunks, uint8_t value_xor,
                  const RowWindow& window, uint8_t* rows) {
  const Chunk flip = Splat<Chunk>(value_xor);
  constexpr uint64_t kSize = sizeof(Chunk);
  uint64_t done = 0;
  if constexpr (kSize == 4) {
    for (; window.count == kTileRows && done + 4 <= chunks; done += 4) {
      for (uint64_t r = 0; r < kTileRows; r += 4) {
        TransposeQuads(tile + (done * kTileRows + r) * kSize, kTileRows * kSize,
                       flip, rows + r * window.stride + done * kSize,
                       window.stride);
      }
    }
  }
  for (uint64_t r = 0; r < window.count; ++r) {
    const uint8_t* in = tile + (window.first + r) * kSize;
    uint8_t* out = rows + r * window.stride;
    for (uint64_t i = done; i < chunks; ++i) {
      StoreChunk<Chunk>(LoadChunk<Chunk>(in + i * kTileRows * kSize) ^ flip,
                        out + i * kSize);
    }
  }
}

}  // namespace

void InterleaveField(const BlockField& field, const uint8_t* rows,
                     uint64_t stride, uint64_t row_count, uint64_t bytes,
                     uint8_t* tile) {
  const uint64_t chunks = bytes / field.chunk_bytes;
  const auto interleave = field.chunk_bytes == 4   ? Interleave<uint32_t>
                          : field.chunk_bytes == 2 ? Interleave<uint16_t>
                                                   : Interleave<uint8_t>;
  interleave(rows, stride, row_count, chunks, field.value_xor, tile);
}

void DeinterleaveField(const BlockField& field, const uint8_t* tile,
                       uint64_t bytes, const RowWindow& window, uint8_t* rows) {
  const uint64_t chunks = bytes / field.chunk_bytes;
  const auto deinterleave = field.chunk_bytes == 4   ? Deinterleave<uint32_t>
                            : field.chunk_bytes == 2 ? Deinterleave<uint16_t>
                                                     : Deinterleave<uint8_t>;
  deinterleave(tile, chunks, field.value_xor, window, rows);
}

}  // namespace tessera
