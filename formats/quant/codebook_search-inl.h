// The search for the scale of IQ4_NL, one block per lane. Included only by
// codecs_<isa>.cc.
#ifndef FORMATS_QUANT_CODEBOOK_SEARCH_INL_H_
#define FORMATS_QUANT_CODEBOOK_SEARCH_INL_H_

#include "formats/quant/block_groups-inl.h"
#include "formats/quant/block_layouts.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/scale_search-inl.h"

namespace tessera {
namespace {

// The index of the entry of kIq4Values nearest to x and the entry itself. Of
// two at the same distance the upper; for NaN the last.
struct CodebookQuant {
  Floats index;
  Floats entry;
};

inline CodebookQuant NearestIq4(Floats x) {
  CodebookQuant quant = {{}, Broadcast(kIq4Values[0])};
  for (int i = 0; i < 15; ++i) {
    const float midpoint =
        static_cast<float>(kIq4Values[i] + kIq4Values[i + 1]) / 2;
    const Ints below = x < midpoint;
    quant.index = below ? quant.index : Broadcast(static_cast<float>(i + 1));
    quant.entry = below ? quant.entry : Broadcast(kIq4Values[i + 1]);
  }
  return quant;
}

// Error weights: x^2, or by importance with twice the block's mean square.
inline void WeighCodebookErrors(bool by_importance, BlockGroup* group) {
  if (by_importance) {
    WeighErrors(SumOfSquares(*group) * (2.0f / kBlock), group);
    return;
  }
  for (int i = 0; i < kBlock; ++i) {
    group->weights[i] = group->values[i] * group->values[i];
  }
}

// Weighted sums of the regression of the values x on the table's values v.
struct CodebookSums {
  Floats wvx;
  Floats wvv;
};

inline CodebookSums SumCodebook(const BlockGroup& group, Floats inverse) {
  CodebookSums sums = {};
  for (int i = 0; i < kBlock; ++i) {
    const Floats x = group.values[i];
    const Floats entry = NearestIq4(inverse * x).entry;
    const Floats weighted = group.weights[i] * entry;
    sums.wvx += weighted * x;
    sums.wvv += weighted * entry;
  }
  return sums;
}

// The scale for which x ~ scale * kIq4Values[q] has the smallest weighted
// squared error, as FitSymmetric finds it: for each of 15 scales around that
// which maps the value of largest magnitude to the table's first.
inline Floats FitCodebook(const BlockGroup& group) {
  constexpr int kSteps = 7;
  constexpr float kFirst = kIq4Values[0];
  const Floats extreme = Extreme(group.values);
  const Floats start = -extreme / kFirst;
  CodebookSums sums = SumCodebook(group, 1.0f / start);
  Floats scale = sums.wvv > 0.0f ? sums.wvx / sums.wvv : Floats{};
  Floats explained = scale * sums.wvx;
  for (int step = -kSteps; step <= kSteps; ++step) {
    const Floats inverse = (static_cast<float>(step) + kFirst) / extreme;
    sums = SumCodebook(group, inverse);
    const Ints better =
        (sums.wvv > 0.0f) & (sums.wvx * sums.wvx > explained * sums.wvv);
    scale = better ? sums.wvx / sums.wvv : scale;
    explained = better ? scale * sums.wvx : explained;
  }
  return Abs(extreme) < kNegligible ? Floats{} : scale;
}

// The quants of values[i] / scale; those of 0 where the scale is zero.
inline void QuantizeCodebook(const Floats (&values)[kBlock], Floats scale,
                             Floats* quants) {
  const Floats inverse = scale != 0.0f ? 1.0f / scale : Floats{};
  for (int i = 0; i < kBlock; ++i) {
    quants[i] = NearestIq4(inverse * values[i]).index;
  }
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_CODEBOOK_SEARCH_INL_H_
