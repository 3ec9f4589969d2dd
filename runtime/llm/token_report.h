// Tokens as JSON: their text, and how likely they were.
#ifndef RUNTIME_LLM_TOKEN_REPORT_H_
#define RUNTIME_LLM_TOKEN_REPORT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/llm/run_report.pb.h"
#include "runtime/llm/token_probability.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// What a person reads for a token: its bytes, or the spelling of a control
// token.
std::string TokenText(const Tokenizer& tokenizer, int32_t id);

// A token with `text`. The first of `probabilities` is its own, the others are
// those of the likeliest; there may be none.
RunReport::Token TokenProto(absl::Span<const TokenProbability> probabilities,
                            absl::string_view text, const Tokenizer& tokenizer);

// One line of JSON, with a line end.
absl::StatusOr<std::string> TokenJson(const RunReport::Token& token);

// {"index": 3, "error": "..."} for a prompt that could not be continued.
absl::StatusOr<std::string> PromptErrorJson(int64_t index,
                                            absl::string_view error);

}  // namespace tessera

#endif  // RUNTIME_LLM_TOKEN_REPORT_H_
