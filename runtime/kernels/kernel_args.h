// What kernels take: plain structs, no behaviour. The only project header that
// a translation unit with ISA flags of its own may include, so that no inline
// code compiled for one ISA is linked into another's path.
#ifndef RUNTIME_KERNELS_KERNEL_ARGS_H_
#define RUNTIME_KERNELS_KERNEL_ARGS_H_

#include <cstdint>

namespace tessera {

// Activations are quantized in blocks of this many columns.
inline constexpr int64_t kActivationBlock = 32;

// Tokens whose blocks lie side by side in a panel. Kernels take 8, 4, 2 or 1 of
// them at a time, or all of a group.
inline constexpr int64_t kPanelTokens = 16;

// `tokens` vectors of `columns` activations, for a matrix of `columns` columns.
// Non-owning. The integer form is a panel in the order in which gemm reads it:
// tokens in groups of kPanelTokens, the last of which may have fewer; in a
// group block after block; in a block the group's tokens side by side. With
// `first` the group's first token, `group` its size and n = ceil(columns / 32),
// block b of token t has the index i = first * n + b * group + (t - first): its
// 32 int8 are at q + 32 i, its scale at scale[i], and the sums of its two
// halves of 16 at sum16[2 i + {0, 1}]. `columns` is padded with zeros to a
// multiple of 32. Kernels rely on -127 <= q <= 127, which QuantizeActivations
// keeps; a block with an infinity or NaN has zeros and the scale NaN.
//
// The other form, for gemms that multiply bfloat16, has the same order: x
// rounded to bfloat16 at bf16 + 32 i, and x minus that, rounded, at bf16_rest +
// 32 i.
struct Activations {
  int64_t tokens;
  int64_t columns;
  const float* f32;  // [tokens][f32_stride]
  int64_t f32_stride;
  const int8_t* q;  // 64-byte aligned
  const float* scale;
  const int32_t* sum16;
  const uint16_t* bf16 = nullptr;       // 64-byte aligned, or null: not made
  const uint16_t* bf16_rest = nullptr;  // likewise
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

// What SplitActivations fills: the bfloat16 form of Activations, writable, for
// tokens [first_token, last_token). Nothing is left (`bf16_rest`) of infinities
// and NaNs.
struct SplitActivationsArgs {
  int64_t tokens;
  int64_t columns;
  int64_t first_token;
  int64_t last_token;
  const float* f32;
  int64_t f32_stride;
  uint16_t* bf16;
  uint16_t* bf16_rest;
};

inline constexpr int64_t kGemmScratchBytes = 512 * 1024;

// Rows of an interleaved or row-major matrix times all tokens of `x`:
//   out[t * out_stride + row] = sum over k of W[row][k] * x[t][k]
// for the rows of output tiles [first_tile, last_tile), 16 each. Rows from
// `rows` on are not written; in an interleaved matrix they are padding.
struct MatmulArgs {
  const uint8_t* tiles;  // row tile 0, 64-byte aligned; or row 0, at any byte
  int64_t row_tile_stride;  // bytes from one of them to the next
  int64_t first_tile;
  int64_t last_tile;
  int64_t rows;
  Activations x;
  float* out;
  int64_t out_stride;          // floats from one token to the next
  uint8_t* scratch = nullptr;  // for gemms that need it: kGemmScratchBytes,
                               // 64-byte aligned
};

// Partial sums of one row tile: 16 of even and 16 of odd columns for types of
// floats, 16 of all columns and 16 unused for the others. What they come to is
// the sum of both; INT8's must then be multiplied by the rows' scales.
inline constexpr int64_t kGemvSums = 32;

// Consecutive columns of some row tiles times one token. `tiles` are the tiles
// of row tile 0 in these columns, without INT8's row scales, and `x` begins
// with the first of these columns, whose number is a multiple of the tile's.
// Adds to sums[i * kGemvSums ...] for row tile i.
struct GemvPartArgs {
  const uint8_t* tiles;
  int64_t row_tile_stride;  // bytes
  int64_t row_tiles;
  Activations x;  // one token
  float* sums;    // 64-byte aligned
};

// All columns of some row tiles of a transposed matrix of floats times one
// token. Column k of row tile i is at tiles + k * column_stride + i * 16
// weights. Columns whose x is zero are not read, as if their weights were
// finite. Adds to sums as a part does.
struct TransposedGemvArgs {
  const uint8_t* tiles;
  int64_t column_stride;  // bytes
  int64_t row_tiles;
  int64_t columns;  // less than 2^31
  const float* x;
  float* sums;           // 64-byte aligned
  int32_t* column_list;  // scratch for `columns` / 2 + 2 numbers
};

// Positions whose keys and values lie in one block of a cache.
inline constexpr int64_t kKvBlock = 64;

// Attention of queries that share a key/value head: `heads` heads of each of
// `tokens` consecutive tokens. For each of them, with online softmax over
// blocks of keys,
//   out = softmax(scale * q K^T) V
// over the positions that its token sees: of the `length` up to its own, which
// is one more for each token after the first, the last `window`. Block p /
// kKvBlock holds position p; blocks lie anywhere, and those that are not seen
// need not be there. Elements are float16 bits or, in the exact test mode,
// float32. In a block, from `keys_offset` and from `values_offset` on, values
// are rows of `head_dim`, keys are transposed: element i of position p has the
// index
//   i * kKvBlock + p % kKvBlock
// What a block holds besides the positions that are seen changes no result, nor
// does a query depend on any other.
struct AttentionArgs {
  const float* query;  // [tokens][query_stride], heads one after another
  const uint8_t* const* blocks;
  int64_t keys_offset;  // bytes
  int64_t values_offset;
  int64_t tokens;
  int64_t heads;
  int64_t query_stride;  // floats from one token to the next
  int64_t length;        // at least 1
  int64_t window;        // at least 1; 0: all are seen
  int64_t head_dim;
  float scale;         // positive
  float cap;           // scores become cap * tanh(score / cap); 0: they do not
  const float* sinks;  // [heads], a score more in each sum; null: none
  float* out;          // [tokens][out_stride], as `query`
  int64_t out_stride;
};

}  // namespace tessera

#endif  // RUNTIME_KERNELS_KERNEL_ARGS_H_
