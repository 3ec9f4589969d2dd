// Rows of Q6_K with high effort. Included only by codecs_<isa>.cc.
//
// What is minimized is S(w (x - decoded x)^2) of the super-block as it is
// stored; w is the importance, or by magnitude without one.
#ifndef FORMATS_QUANT_SYMMETRIC_SUPER_BLOCK_SEARCH_INL_H_
#define FORMATS_QUANT_SYMMETRIC_SUPER_BLOCK_SEARCH_INL_H_

#include <cstdint>
#include <cstring>

#include "formats/quant/block_rows-inl.h"
#include "formats/quant/lanes-inl.h"
#include "formats/quant/origin_search-inl.h"
#include "formats/quant/stored_scale-inl.h"
#include "formats/quant/symmetric_super_block_codecs-inl.h"

namespace tessera {
namespace {

constexpr int kQ6Batches = kQ6SubBlocks / kLanes;
using Q6Groups = Group<kQ6SubBlock>[kQ6Batches];

// What is stored of a super-block but the quants: value ~ (unit * scale) * q.
struct Q6Choice {
  float unit = 0.0f;
  Floats scales[kQ6Batches] = {};  // -128 to 127
  double error = __builtin_inf();
};

inline Floats Q6Level(Floats x) { return NearestClamped(x, -32, 31); }

inline double SumLanes(const Floats (&lanes)[kQ6Batches]) {
  double sum = 0;
  for (Floats batch : lanes) {
    for (int lane = 0; lane < kLanes; ++lane) sum += batch[lane];
  }
  return sum;
}

// Chooses the scales next to those of the fits.
inline void ChooseQ6Scales(const Q6Groups& groups,
                           const Floats (&fits)[kQ6Batches], Q6Choice* choice) {
  constexpr int kReach = 2;
  const Floats unit = Broadcast(choice->unit);
  Floats errors[kQ6Batches];
  for (int batch = 0; batch < kQ6Batches; ++batch) {
    Floats best = choice->scales[batch];
    Floats best_error = OriginError(groups[batch], unit * best, Q6Level);
    for (int reach = -kReach; reach <= kReach; ++reach) {
      const Floats scale = NearestClamped(
          fits[batch] * InverseOrZero(unit) + static_cast<float>(reach), -128,
          127);
      const Floats error = OriginError(groups[batch], unit * scale, Q6Level);
      const Ints better = error < best_error;
      best = better ? scale : best;
      best_error = better ? error : best_error;
    }
    choice->scales[batch] = best;
    errors[batch] = best_error;
  }
  choice->error = SumLanes(errors);
}

// The unit that is best with quants and scales fixed: a weighted regression of
// x on scale * q.
inline float SolveQ6Unit(const Q6Groups& groups, const Q6Choice& choice) {
  Floats wxq[kQ6Batches];
  Floats wqq[kQ6Batches];
  for (int batch = 0; batch < kQ6Batches; ++batch) {
    const Floats scale = choice.scales[batch];
    const Floats inverse = InverseOrZero(scale * choice.unit);
    const OriginSums sums = SumLevels(groups[batch], inverse, Q6Level);
    wxq[batch] = scale * sums.wxq;
    wqq[batch] = scale * scale * sums.wqq;
  }
  const double squares = SumLanes(wqq);
  if (!(squares > 0)) return choice.unit;
  return LoadScale(StoreScale(static_cast<float>(SumLanes(wxq) / squares)));
}

// Alternates between scales and unit; the largest scale starts at several
// values.
inline Q6Choice SearchQ6(const Q6Groups& groups) {
  constexpr float kLargest[] = {-128.0f, 127.0f, -112.0f};
  constexpr int kRounds = 3;
  const TargetGrid grids[] = {{-44.0f, 0.5f, 36}, {25.0f, 0.5f, 36}};
  Floats fits[kQ6Batches];
  float extreme = 0.0f;
  for (int batch = 0; batch < kQ6Batches; ++batch) {
    fits[batch] = SearchGrids(groups[batch], grids, Q6Level);
    for (int lane = 0; lane < kLanes; ++lane) {
      const float scale = fits[batch][lane];
      if (__builtin_fabsf(scale) > __builtin_fabsf(extreme)) extreme = scale;
    }
  }
  Q6Choice best;
  for (float largest : kLargest) {
    Q6Choice choice;
    choice.unit = LoadScale(StoreScale(extreme / largest));
    for (int round = 0; round < kRounds; ++round) {
      if (round > 0) choice.unit = SolveQ6Unit(groups, choice);
      ChooseQ6Scales(groups, fits, &choice);
      if (choice.error < best.error) best = choice;
    }
  }
  return best;
}

inline BlockQ6_K SearchQ6_K(const float* values, const float* importance) {
  Q6Groups groups;
  for (int batch = 0; batch < kQ6Batches; ++batch) {
    const int offset = batch * kLanes * kQ6SubBlock;
    Group<kQ6SubBlock>& group = groups[batch];
    LoadGroups(values + offset, kQ6SubBlock, kLanes, kQ6SubBlock, group.values);
    if (importance != nullptr) {
      LoadGroups(importance + offset, kQ6SubBlock, kLanes, kQ6SubBlock,
                 group.weights);
    } else {
      WeighByMagnitude(&group);
    }
  }
  const Q6Choice choice = SearchQ6(groups);
  BlockQ6_K block = {};
  block.scale = StoreScale(choice.unit);
  uint8_t quants[kSuperBlock];
  for (int batch = 0; batch < kQ6Batches; ++batch) {
    const Floats inverse = InverseOrZero(choice.scales[batch] * choice.unit);
    Floats lanes[kQ6SubBlock];
    for (int i = 0; i < kQ6SubBlock; ++i) {
      lanes[i] = Q6Level(inverse * groups[batch].values[i]) + 32.0f;
    }
    StoreQuants(lanes, quants + batch * kLanes * kQ6SubBlock);
    for (int lane = 0; lane < kLanes; ++lane) {
      block.scales[batch * kLanes + lane] =
          static_cast<int8_t>(choice.scales[batch][lane]);
    }
  }
  PackQuants(quants, &block);
  return block;
}

inline void SearchQ6_KRow(const float* values, int64_t elements,
                          const float* importance, uint8_t* blocks) {
  EncodeBlocks<BlockQ6_K>(
      values, elements, importance, blocks,
      [](const float* block_values, const float* block_importance) {
        return SearchQ6_K(block_values, block_importance);
      });
}

}  // namespace
}  // namespace tessera

#endif  // FORMATS_QUANT_SYMMETRIC_SUPER_BLOCK_SEARCH_INL_H_
