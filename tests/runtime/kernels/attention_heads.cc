#include "tests/runtime/kernels/attention_heads.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/dtype/float16.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {
namespace {

// Keys, then values, of each block; the blocks last to first, NaNs where there
// is no position.
std::vector<float> Blocks(const Heads& x) {
  const int64_t count = (x.positions() + kKvBlock - 1) / kKvBlock;
  const int64_t part = x.dim * kKvBlock;
  std::vector<float> out(count * 2 * part, std::nanf(""));
  for (int64_t p = 0; p < x.positions(); ++p) {
    float* keys = out.data() + (count - 1 - p / kKvBlock) * 2 * part;
    float* values = keys + part + p % kKvBlock * x.dim;
    for (int64_t i = 0; i < x.dim; ++i) {
      keys[i * kKvBlock + p % kKvBlock] = x.keys[p * x.dim + i];
      values[i] = x.values[p * x.dim + i];
    }
  }
  return out;
}

std::vector<uint16_t> ToHalf(const std::vector<float>& x) {
  std::vector<uint16_t> half;
  for (float value : x) half.push_back(F32ToF16(value));
  return half;
}

// The first position that the first query sees.
int64_t FirstSeen(const Heads& x) {
  return x.window > 0 ? std::max<int64_t>(x.length - x.window, 0) : 0;
}

}  // namespace

float Half(float x) { return F16ToF32(F32ToF16(x)); }

Heads MakeHeads(int64_t dim, int64_t tokens, int64_t heads, int64_t length,
                float key_size, std::mt19937& random) {
  Heads x{dim, tokens, heads, length, dim * heads + 3, {}, {}, {}};
  std::normal_distribution<float> normal;
  x.query.resize(tokens * x.stride, std::nanf(""));
  for (int64_t i = 0; i < tokens * heads * dim; ++i) {
    x.query[i / (heads * dim) * x.stride + i % (heads * dim)] =
        Half(normal(random));
  }
  for (int64_t i = 0; i < x.positions() * dim; ++i) {
    x.keys.push_back(Half(key_size * normal(random)));
    x.values.push_back(Half(normal(random)));
  }
  return x;
}

Heads MakeHead(int64_t dim, int64_t length, float key_size,
               std::mt19937& random) {
  return MakeHeads(dim, 1, 1, length, key_size, random);
}

Heads OneOf(const Heads& all, int64_t token, int64_t head) {
  Heads x = all;
  x.tokens = x.heads = 1;
  x.length = all.length + token;
  x.stride = x.dim;
  const float* query = all.query.data() + token * all.stride + head * x.dim;
  x.query.assign(query, query + x.dim);
  x.keys.resize(x.length * x.dim);
  x.values.resize(x.length * x.dim);
  if (!all.sinks.empty()) x.sinks = {all.sinks[head]};
  return x;
}

std::vector<double> AttentionReference(const Heads& x, float scale) {
  const int64_t begin = FirstSeen(x);
  std::vector<double> score(x.length);
  double max = -std::numeric_limits<double>::infinity(), sum = 0;
  for (int64_t j = begin; j < x.length; ++j) {
    for (int64_t i = 0; i < x.dim; ++i) {
      score[j] += double{x.query[i]} * x.keys[j * x.dim + i];
    }
    score[j] *= scale;
    if (x.cap > 0) score[j] = x.cap * std::tanh(score[j] / x.cap);
    max = std::max(max, score[j]);
  }
  if (!x.sinks.empty()) sum += std::exp(x.sinks[0] - max);
  std::vector<double> out(x.dim);
  for (int64_t j = begin; j < x.length; ++j) {
    const double weight = std::exp(score[j] - max);
    sum += weight;
    for (int64_t i = 0; i < x.dim; ++i) {
      out[i] += weight * x.values[j * x.dim + i];
    }
  }
  for (double& value : out) value /= sum;
  return out;
}

std::vector<float> RunAttention(Isa isa, const Heads& x, float scale,
                                bool half) {
  const KernelTable& kernels = KernelTableFor(isa);
  const std::vector<float> floats = Blocks(x);
  const std::vector<uint16_t> halves = ToHalf(floats);
  const auto* bytes = reinterpret_cast<const uint8_t*>(floats.data());
  if (half) bytes = reinterpret_cast<const uint8_t*>(halves.data());
  const int64_t part_bytes = x.dim * kKvBlock * (half ? 2 : 4);
  const int64_t block_bytes = 2 * part_bytes;
  std::vector<const uint8_t*> blocks;
  for (int64_t p = 0; p < x.positions(); p += kKvBlock) {
    blocks.insert(blocks.begin(), bytes + blocks.size() * block_bytes);
  }
  for (int64_t i = 0; i < FirstSeen(x) / kKvBlock; ++i) blocks[i] = nullptr;
  std::vector<float> out(x.tokens * x.stride + 1, 77.0f);
  AttentionArgs args = {};
  args.query = x.query.data();
  args.blocks = blocks.data();
  args.values_offset = part_bytes;
  args.tokens = x.tokens;
  args.heads = x.heads;
  args.query_stride = args.out_stride = x.stride;
  args.length = x.length;
  args.window = x.window;
  args.head_dim = x.dim;
  args.cap = x.cap;
  if (!x.sinks.empty()) args.sinks = x.sinks.data();
  args.scale = scale;
  args.out = out.data();
  (half ? kernels.attention_f16 : kernels.attention_f32)(args);
  std::vector<float> results;
  for (size_t i = 0; i < out.size(); ++i) {
    if (static_cast<int64_t>(i % x.stride) < x.heads * x.dim &&
        i + 1 < out.size()) {
      results.push_back(out[i]);
    } else {
      EXPECT_EQ(out[i], 77.0f) << "not a result, but written";
    }
  }
  return results;
}

}  // namespace tessera
