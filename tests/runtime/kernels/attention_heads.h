// Calls of attention kernels, and what they must give.
#ifndef TESTS_RUNTIME_KERNELS_ATTENTION_HEADS_H_
#define TESTS_RUNTIME_KERNELS_ATTENTION_HEADS_H_

#include <cstdint>
#include <random>
#include <vector>

#include "base/isa.h"

namespace tessera {

// The arguments of a call. Elements are float16 values, so that both kernels
// see the same. Between the tokens' queries, and where the last block has
// no positions, there are NaNs.
struct Heads {
  int64_t dim, tokens, heads, length, stride;
  std::vector<float> query, keys, values;  // keys as rows [position][dim]
  int64_t window = 0;                      // as in AttentionArgs
  float cap = 0;
  std::vector<float> sinks = {};  // [heads]; empty: none

  int64_t positions() const { return length + tokens - 1; }
};

// `x` as float16 holds it.
float Half(float x);

Heads MakeHeads(int64_t dim, int64_t tokens, int64_t heads, int64_t length,
                float key_size, std::mt19937& random);
Heads MakeHead(int64_t dim, int64_t length, float key_size,
               std::mt19937& random);

// The call of one query of another.
Heads OneOf(const Heads& all, int64_t token, int64_t head);

// Of a call with one query.
std::vector<double> AttentionReference(const Heads& x, float scale);

// The results of all queries, [token][head][dim]; fails if something else was
// written. Blocks that no query sees are not there.
std::vector<float> RunAttention(Isa isa, const Heads& x, float scale,
                                bool half);

}  // namespace tessera

#endif  // TESTS_RUNTIME_KERNELS_ATTENTION_HEADS_H_
