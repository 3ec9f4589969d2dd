// Rows of blocks of 32 weights with high effort. Included only by
// codecs_<isa>.cc.
//
// What is minimized is S(w (x - decoded x)^2) of the block as it is stored; w
// is the importance, or by magnitude without one.
#ifndef FORMATS_QUANT_BLOCK_SEARCHES_INL_H_
#define FORMATS_QUANT_BLOCK_SEARCHES_INL_H_

#include <cstddef>
#include <cstdint>

#include "formats/quant/affine_search-inl.h"
#include "formats/quant/block_groups-inl.h"
#include "formats/quant/block_layouts.h"
#include "formats/quant/block_quants-inl.h"
#include "formats/quant/byte_lanes-inl.h"
#include "formats/quant/codebook_search-inl.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/origin_search-inl.h"
#include "formats/quant/stored_scale-inl.h"

namespace tessera {
namespace {

// Calls search(group, quants, first, count) as ForEachBlockGroup does, with
// weights in any case.
template <typename Search>
inline void SearchBlocks(const float* values, const float* importance,
                         int64_t elements, Search search) {
  ForEachBlockGroup(values, importance, elements,
                    [&](BlockGroup* group, int64_t first, int count) {
                      if (importance == nullptr) WeighByMagnitude(group);
                      search(*group, first, count);
                    });
}

// The value of largest magnitude at one end of the quants or the other.
template <typename Block, int kLimit>
inline void SearchSymmetricRow(const float* values, int64_t elements,
                               const float* importance, uint8_t* blocks) {
  constexpr float kEnd = kLimit;
  constexpr float kStep = 0.3f;
  constexpr int kSteps = static_cast<int>(0.7f * kEnd / kStep);
  const TargetGrid grids[] = {{-1.3f * kEnd, kStep, kSteps},
                              {0.6f * kEnd, kStep, kSteps}};
  const auto level = [](Floats x) {
    return NearestClamped(x, -kLimit, kLimit - 1);
  };
  SearchBlocks(values, importance, elements,
               [&](const BlockGroup& group, int64_t first, int count) {
                 const Floats scale = SearchScale(group, grids, level);
                 const Floats inverse = InverseOrZero(scale);
                 Floats quants[kBlock];
                 for (int i = 0; i < kBlock; ++i) {
                   quants[i] = level(inverse * group.values[i]) + kEnd;
                 }
                 const BlockQuants rows(quants);
                 for (int g = 0; g < count; ++g) {
                   uint8_t* block = blocks + (first + g) * sizeof(Block);
                   StoreScaleAt(scale[g], block + offsetof(Block, scale));
                   PackQuants<Block>(LoadQuants(rows.quants[g]), block);
                 }
               });
}

inline void SearchQ8_0Row(const float* values, int64_t elements,
                          const float* importance, uint8_t* blocks) {
  const TargetGrid grids[] = {{-136.0f, 1.0f, 10}, {121.0f, 1.0f, 10}};
  const auto level = [](Floats x) { return NearestClamped(x, -128, 127); };
  SearchBlocks(values, importance, elements,
               [&](const BlockGroup& group, int64_t first, int count) {
                 const Floats scale = SearchScale(group, grids, level);
                 const Floats inverse = InverseOrZero(scale);
                 Floats quants[kBlock];
                 for (int i = 0; i < kBlock; ++i) {
                   quants[i] = level(inverse * group.values[i]) + 128.0f;
                 }
                 const BlockQuants rows(quants);
                 for (int g = 0; g < count; ++g) {
                   uint8_t* block = blocks + (first + g) * sizeof(BlockQ8_0);
                   StoreScaleAt(scale[g], block + offsetof(BlockQ8_0, scale));
                   uint8_t* bytes = block + offsetof(BlockQ8_0, quants);
                   const QuantHalves halves = LoadQuants(rows.quants[g]);
                   StoreBytes(halves.low ^ 0x80, bytes);
                   StoreBytes(halves.high ^ 0x80, bytes + 16);
                 }
               });
}

inline void SearchIQ4_NLRow(const float* values, int64_t elements,
                            const float* importance, uint8_t* blocks) {
  const TargetGrid grids[] = {{-190.0f, 4.0f, 27}, {80.0f, 4.0f, 27}};
  const auto level = [](Floats x) { return NearestIq4(x).entry; };
  SearchBlocks(values, importance, elements,
               [&](const BlockGroup& group, int64_t first, int count) {
                 const Floats scale = SearchScale(group, grids, level);
                 Floats quants[kBlock];
                 QuantizeCodebook(group.values, scale, quants);
                 const BlockQuants rows(quants);
                 for (int g = 0; g < count; ++g) {
                   uint8_t* block = blocks + (first + g) * sizeof(BlockIQ4_NL);
                   StoreScaleAt(scale[g], block + offsetof(BlockIQ4_NL, scale));
                   PackQuants<BlockIQ4_NL>(LoadQuants(rows.quants[g]), block);
                 }
               });
}

template <typename Block, int kLimit>
inline void SearchAffineRow(const float* values, int64_t elements,
                            const float* importance, uint8_t* blocks) {
  SearchBlocks(values, importance, elements,
               [&](const BlockGroup& group, int64_t first, int count) {
                 const AffineCandidate found = SettleAffine<kLimit>(
                     group,
                     SearchAffine<kLimit>(group, /*positive_min_allowed=*/true),
                     /*positive_min_allowed=*/true, RoundToF16);
                 const Floats inverse = InverseOrZero(found.scale);
                 Floats quants[kBlock];
                 for (int i = 0; i < kBlock; ++i) {
                   quants[i] = NearestClamped(
                       inverse * (group.values[i] - found.min), 0, kLimit);
                 }
                 const BlockQuants rows(quants);
                 for (int g = 0; g < count; ++g) {
                   uint8_t* block = blocks + (first + g) * sizeof(Block);
                   StoreScaleAt(found.scale[g], block + offsetof(Block, scale));
                   StoreScaleAt(found.min[g], block + offsetof(Block, min));
                   PackQuants<Block>(LoadQuants(rows.quants[g]), block);
                 }
               });
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_BLOCK_SEARCHES_INL_H_
