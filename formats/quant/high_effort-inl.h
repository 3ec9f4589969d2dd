// Quantizers that search longer: the better of two for every block. Included
// only by codecs_<isa>.cc.
//
// Without importance the searches weigh errors by magnitude, which keeps a
// model's outputs nearer than equal weights do, and the blocks they find are
// compared with equal weights.
#ifndef FORMATS_QUANT_HIGH_EFFORT_INL_H_
#define FORMATS_QUANT_HIGH_EFFORT_INL_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "formats/quant/affine_block_codecs-inl.h"
#include "formats/quant/affine_super_block_codecs-inl.h"
#include "formats/quant/affine_super_block_search-inl.h"
#include "formats/quant/block_searches-inl.h"
#include "formats/quant/codebook_codecs-inl.h"
#include "formats/quant/codec.h"
#include "formats/quant/symmetric_block_codecs-inl.h"
#include "formats/quant/symmetric_super_block_codecs-inl.h"
#include "formats/quant/symmetric_super_block_search-inl.h"

namespace tessera {
namespace {

// S(w (stored - x)^2); w is 1 without importance. Pair i goes to sum i % 8.
inline double WeightedError(const float* values, const float* stored,
                            const float* importance, int count) {
  double sums[8] = {};
  for (int first = 0; first < count; first += 8) {
    for (int k = 0; k < 8; ++k) {
      const int i = first + k;
      const double error = double{stored[i]} - double{values[i]};
      const double weight = importance == nullptr ? 1.0 : importance[i];
      sums[k] += weight * (error * error);
    }
  }
  double error = 0;
  for (double sum : sums) error += sum;
  return error;
}

// Quantizes a row by `quantize` and by `search` and keeps, block by block, what
// has the smaller error as it is decoded; of equals the former's. Errors that
// are no numbers are not smaller.
template <typename Block>
inline void KeepBetterBlocks(QuantizeRowFn quantize, QuantizeRowFn search,
                             DequantizeRowFn dequantize, const float* values,
                             int64_t elements, const float* importance,
                             uint8_t* blocks) {
  constexpr int kPart = 2048;  // elements at a time
  quantize(values, elements, importance, blocks);
  for (int64_t first = 0; first < elements; first += kPart) {
    const int count =
        static_cast<int>(std::min<int64_t>(kPart, elements - first));
    uint8_t found[kPart / Block::kElements * sizeof(Block)];
    float found_values[kPart];
    float kept_values[kPart];
    const float* part = values + first;
    const float* weights = importance == nullptr ? nullptr : importance + first;
    uint8_t* kept = blocks + first / Block::kElements * sizeof(Block);
    search(part, count, weights, found);
    dequantize(found, count, found_values);
    dequantize(kept, count, kept_values);
    for (int i = 0; i < count; i += Block::kElements) {
      const auto error = [&](const float* stored) {
        return WeightedError(part + i, stored + i,
                             weights == nullptr ? nullptr : weights + i,
                             Block::kElements);
      };
      if (!(error(found_values) < error(kept_values))) continue;
      const int offset = i / Block::kElements * static_cast<int>(sizeof(Block));
      std::memcpy(kept + offset, found + offset, sizeof(Block));
    }
  }
}

#define TESSERA_DEFINE_HIGH(type, Search)                                    \
  inline void QuantizeHigh##type(const float* values, int64_t elements,      \
                                 const float* importance, uint8_t* blocks) { \
    KeepBetterBlocks<Block##type>(Quantize##type, Search, Dequantize##type,  \
                                  values, elements, importance, blocks);     \
  }
TESSERA_DEFINE_HIGH(Q4_0, (SearchSymmetricRow<BlockQ4_0, 8>))
TESSERA_DEFINE_HIGH(Q4_1, (SearchAffineRow<BlockQ4_1, 15>))
TESSERA_DEFINE_HIGH(Q5_0, (SearchSymmetricRow<BlockQ5_0, 16>))
TESSERA_DEFINE_HIGH(Q5_1, (SearchAffineRow<BlockQ5_1, 31>))
TESSERA_DEFINE_HIGH(Q8_0, SearchQ8_0Row)
TESSERA_DEFINE_HIGH(IQ4_NL, SearchIQ4_NLRow)
TESSERA_DEFINE_HIGH(Q4_K, (SearchAffineSuperBlocks<BlockQ4_K, 15>))
TESSERA_DEFINE_HIGH(Q5_K, (SearchAffineSuperBlocks<BlockQ5_K, 31>))
TESSERA_DEFINE_HIGH(Q6_K, SearchQ6_KRow)
#undef TESSERA_DEFINE_HIGH

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_HIGH_EFFORT_INL_H_
