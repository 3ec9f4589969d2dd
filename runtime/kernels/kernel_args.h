// What kernels take: plain structs, no behaviour. The only project header that
// a translation unit with ISA flags of its own may include, so that no inline
// code compiled for one ISA is linked into another's path.
#ifndef RUNTIME_KERNELS_KERNEL_ARGS_H_
#define RUNTIME_KERNELS_KERNEL_ARGS_H_

#include <cstdint>

namespace tessera {

// Activations are quantized in blocks of this many columns.
inline constexpr int64_t kActivationBlock = 32;

// `tokens` vectors of `columns` activations, for a matrix of `columns` columns.
// Non-owning. The integer form is a panel in the order in which gemm reads it:
// block b of token t is 32 int8 at q + (b * tokens + t) * 32, its scale at
// scale[b * tokens + t], and the sums of its two halves of 16 at
// sum16[(b * tokens + t) * 2 + {0, 1}]. `columns` is padded with zeros to a
// multiple of 32. Kernels rely on -127 <= q <= 127, which QuantizeActivations
// keeps; a block with an infinity or NaN has zeros and the scale NaN.
struct Activations {
  int64_t tokens;
  int64_t columns;
  const float* f32;  // [tokens][f32_stride]
  int64_t f32_stride;
  const int8_t* q;  // 64-byte aligned
  const float* scale;
  const int32_t* sum16;
};

// What QuantizeActivations fills: the pointers of Activations, writable.
// Handles blocks of tokens [first_token, last_token) only, so that threads can
// share the work.
struct QuantizeActivationsArgs {
  int64_t tokens;
  int64_t columns;
  int64_t first_token;
  int64_t last_token;
  const float* f32;
  int64_t f32_stride;
  int8_t* q;
  float* scale;
  int32_t* sum16;
};

// Rows of an interleaved matrix times all tokens of `x`:
//   out[t * out_stride + row] = sum over k of W[row][k] * x[t][k]
// for the rows of row tiles [first_tile, last_tile). Rows from `rows` on are
// padding and not written.
struct MatmulArgs {
  const uint8_t* tiles;     // row tile 0; 64-byte aligned
  int64_t row_tile_stride;  // bytes
  int64_t first_tile;
  int64_t last_tile;
  int64_t rows;
  Activations x;
  float* out;
  int64_t out_stride;  // floats from one token to the next
};

// Attention of one query head over `length` positions of one key/value head:
//   out = softmax(scale * q K^T) V, with online softmax over tiles of keys.
// Keys and values are rows of `head_dim`, `kv_stride` elements apart, float16
// bits or, in the exact test mode, float32.
struct AttentionArgs {
  const float* query;  // [head_dim]
  const void* keys;
  const void* values;
  int64_t kv_stride;  // elements
  int64_t length;
  int64_t head_dim;  // a multiple of 2
  float scale;
  float* out;  // [head_dim]
};

}  // namespace tessera

#endif  // RUNTIME_KERNELS_KERNEL_ARGS_H_
