// What a conversion has done, for people and for scripts.
#ifndef CONVERTER_SUMMARIZE_H_
#define CONVERTER_SUMMARIZE_H_

#include <vector>

#include "converter/convert_command.h"
#include "converter/convert_summary.pb.h"
#include "converter/convert_to_arena.h"
#include "converter/convert_to_gguf.h"
#include "converter/pack/arena_plan.h"
#include "converter/source/weight_source.h"

namespace tessera {

// `reports` of a conversion of `source` that took `seconds`.
ConvertSummary Summarize(const ConvertCommand& command,
                         const WeightSource& source,
                         const std::vector<ConvertReport>& reports,
                         double seconds);

// What would be done: the plans of the command's outputs.
ConvertSummary SummarizePlans(const ConvertCommand& command,
                              const WeightSource& source,
                              const std::vector<ArenaPlan>& plans);

// The same for a .gguf, written or, with command.dry_run, planned.
ConvertSummary SummarizeGguf(const ConvertCommand& command,
                             const WeightSource& source,
                             const GgufReport& report, double seconds);

}  // namespace tessera

#endif  // CONVERTER_SUMMARIZE_H_
