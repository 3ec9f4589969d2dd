// A plan as a table for people.
#ifndef CONVERTER_PACK_DESCRIBE_PLAN_H_
#define CONVERTER_PACK_DESCRIBE_PLAN_H_

#include <string>

#include "converter/pack/arena_plan.h"
#include "converter/source/weight_source.h"

namespace tessera {

// One line per tensor in the order of the arena (name, shape, types, layout,
// section, bytes), and totals. Ends with a newline.
std::string DescribePlan(const WeightSource& source, const ArenaPlan& plan);

// What fits a screen: one line for all tensors that have the same types, layout
// and section, most bytes first, and totals.
std::string DescribePlanTotals(const WeightSource& source,
                               const ArenaPlan& plan);

}  // namespace tessera

#endif  // CONVERTER_PACK_DESCRIBE_PLAN_H_
