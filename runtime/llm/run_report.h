// The run tool's report as text and as JSON.
#ifndef RUNTIME_LLM_RUN_REPORT_H_
#define RUNTIME_LLM_RUN_REPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/llm/generator.h"
#include "runtime/llm/run_report.pb.h"
#include "runtime/loader/load_report.h"

namespace tessera {

// "end_of_generation", "length", "context_full", "stopped", "stop_text".
absl::string_view StopReasonName(StopReason reason);

RunReport::Load LoadProto(const LoadReport& report);

// Rates are 0 where no time passed.
RunReport::Phase PhaseProto(int64_t tokens, double seconds);

// `text` with each byte that is not part of valid UTF-8 replaced by U+FFFD;
// proto strings must be valid.
std::string ValidUtf8(absl::string_view text);

// A few lines for a person, with a line end.
std::string ReportText(const RunReport& report);

// One line of JSON, with a line end. All fields are there, under the names of
// the proto.
absl::StatusOr<std::string> ReportJson(const RunReport& report);

}  // namespace tessera

#endif  // RUNTIME_LLM_RUN_REPORT_H_
