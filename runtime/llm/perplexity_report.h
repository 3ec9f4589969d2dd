// The perplexity tool's report as text and as JSON.
#ifndef RUNTIME_LLM_PERPLEXITY_REPORT_H_
#define RUNTIME_LLM_PERPLEXITY_REPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "runtime/llm/perplexity_report.pb.h"
#include "runtime/llm/score_statistics.h"

namespace tessera {

// Sets everything in `report` that follows from the scores; the comparison only
// if it is there already.
void SetScores(const ScoreStatistics& scores, PerplexityReport* report);

// A few lines for a person, with a line end.
std::string PerplexityText(const PerplexityReport& report);

// One line of JSON, with a line end. All fields are there, under the names of
// the proto.
absl::StatusOr<std::string> PerplexityJson(const PerplexityReport& report);

}  // namespace tessera

#endif  // RUNTIME_LLM_PERPLEXITY_REPORT_H_
