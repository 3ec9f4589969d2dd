#include "bench/llama_bench_output.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "formats/json/json_document.h"

namespace tessera {
namespace {

// From the first line that begins with '[' to the last ']'.
absl::string_view JsonArrayIn(absl::string_view output) {
  const size_t end = output.rfind(']');
  const size_t begin = absl::StartsWith(output, "[") ? 0 : output.find("\n[");
  if (begin == absl::string_view::npos || end == absl::string_view::npos ||
      end < begin) {
    return "";
  }
  return output.substr(begin, end + 1 - begin);
}

absl::Status ReadNumber(JsonValue value, double* number) {
  if (value.get(*number) == simdjson::SUCCESS) return absl::OkStatus();
  return absl::DataLossError("is no number");
}

absl::Status ReadCount(JsonValue value, int64_t* count) {
  TESSERA_ASSIGN_OR_RETURN(const uint64_t integer, JsonUint(value));
  *count = static_cast<int64_t>(integer);
  return absl::OkStatus();
}

absl::Status ReadText(JsonValue value, std::string* text) {
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view view, JsonString(value));
  *text = std::string(view);
  return absl::OkStatus();
}

struct BuildFields {
  std::string commit;
  int64_t number = 0;
};

// Takes the field if it is one of ours.
absl::Status ReadField(const JsonMember& field, LlamaBenchResult* result,
                       BuildFields* build) {
  if (field.key == "n_prompt") {
    return ReadCount(field.value, &result->test.n_prompt);
  }
  if (field.key == "n_gen") return ReadCount(field.value, &result->test.n_gen);
  if (field.key == "n_depth") {
    return ReadCount(field.value, &result->test.n_depth);
  }
  if (field.key == "avg_ts") return ReadNumber(field.value, &result->avg_ts);
  if (field.key == "model_type") {
    return ReadText(field.value, &result->model_type);
  }
  if (field.key == "build_commit") return ReadText(field.value, &build->commit);
  if (field.key == "build_number")
    return ReadCount(field.value, &build->number);
  return absl::OkStatus();
}

absl::StatusOr<LlamaBenchResult> ParseResult(JsonValue value) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonMember> fields,
                           JsonMembers(value));
  LlamaBenchResult result;
  BuildFields build;
  for (const JsonMember& field : fields) {
    const absl::Status status = ReadField(field, &result, &build);
    if (!status.ok()) {
      return absl::DataLossError(
          absl::StrCat(field.key, ": ", status.message()));
    }
  }
  // One of the two counts is 0 in every test, and a test takes time.
  if (result.test.tokens() == 0 || !(result.avg_ts > 0)) {
    return absl::DataLossError("lacks n_prompt, n_gen or avg_ts");
  }
  result.build = absl::StrFormat("%s (%d)", build.commit, build.number);
  return result;
}

}  // namespace

absl::StatusOr<std::vector<LlamaBenchResult>> ParseLlamaBenchOutput(
    absl::string_view output) {
  const absl::string_view json = JsonArrayIn(output);
  if (json.empty()) {
    return absl::DataLossError("llama-bench's output holds no JSON array");
  }
  TESSERA_ASSIGN_OR_RETURN(const JsonDocument document,
                           JsonDocument::Parse(json));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> elements,
                           JsonElements(document.root()));
  std::vector<LlamaBenchResult> results;
  for (const JsonValue element : elements) {
    absl::StatusOr<LlamaBenchResult> result = ParseResult(element);
    if (!result.ok()) {
      return absl::DataLossError(absl::StrCat("llama-bench's test ",
                                              results.size() + 1, ": ",
                                              result.status().message()));
    }
    results.push_back(*std::move(result));
  }
  return results;
}

}  // namespace tessera
