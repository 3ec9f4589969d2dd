#include "bench/results/results_flags.h"

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"

ABSL_FLAG(bool, compare, false,
          "compare two results of --output=json, OLD.json and NEW.json");
ABSL_FLAG(bool, any_machine, false,
          "with --compare or --gate: even if results are from different "
          "machines");
ABSL_FLAG(std::string, history, "",
          "keep what is measured, and the results that are named as FILE.json "
          "..., in this SQLite file, which is made if it is missing");
ABSL_FLAG(std::string, json, "",
          "write what is measured to this file, too, as JSON");
ABSL_FLAG(bool, trends, false,
          "print what each row in --history has reached, run by run");
ABSL_FLAG(std::string, filter, "",
          "with --trends or --gate: only rows whose names have all of these "
          "words");

ABSL_DECLARE_FLAG(bool, gate);
ABSL_DECLARE_FLAG(bool, kernels);
ABSL_DECLARE_FLAG(std::vector<std::string>, arena);
ABSL_DECLARE_FLAG(std::string, synthetic);
ABSL_DECLARE_FLAG(std::string, output);

namespace tessera {
namespace {

using Task = ResultsRequest::Task;

bool Measures() {
  return absl::GetFlag(FLAGS_kernels) || !absl::GetFlag(FLAGS_arena).empty() ||
         !absl::GetFlag(FLAGS_synthetic).empty();
}

Task TaskOf(const ResultsRequest& request) {
  if (absl::GetFlag(FLAGS_compare)) return Task::kCompare;
  if (absl::GetFlag(FLAGS_trends)) return Task::kTrends;
  if (request.history.empty() || request.files.empty()) return Task::kNone;
  return Task::kImport;
}

absl::Status CheckFiles(const ResultsRequest& request) {
  if (request.task == Task::kCompare && request.files.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("--compare needs OLD.json and NEW.json, not ",
                     request.files.size(), " files"));
  }
  if (request.task == Task::kTrends && !request.files.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unexpected argument ", Quoted(request.files[0])));
  }
  return absl::OkStatus();
}

absl::Status CheckFlags(const ResultsRequest& request) {
  if (absl::GetFlag(FLAGS_compare) && absl::GetFlag(FLAGS_trends)) {
    return absl::InvalidArgumentError("--compare and --trends are two things");
  }
  if (!absl::GetFlag(FLAGS_json).empty() && request.task != Task::kNone) {
    return absl::InvalidArgumentError("--json goes with a measurement");
  }
  if (request.task == Task::kTrends && request.history.empty()) {
    return absl::InvalidArgumentError("--trends needs --history=FILE.db");
  }
  if (request.task == Task::kCompare && !request.history.empty()) {
    return absl::InvalidArgumentError("--compare does not use --history");
  }
  const bool gate = absl::GetFlag(FLAGS_gate);
  if (request.any_machine && request.task != Task::kCompare && !gate) {
    return absl::InvalidArgumentError(
        "--any_machine goes with --compare or --gate");
  }
  if (!request.filter.empty() && request.task != Task::kTrends && !gate) {
    return absl::InvalidArgumentError("--filter goes with --trends or --gate");
  }
  if (request.task != Task::kNone && Measures()) {
    return absl::InvalidArgumentError(
        "results that are there and --kernels, --arena or --synthetic do not "
        "go together; measure first");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RunSinks> RunSinksFromFlags() {
  RunSinks sinks;
  TESSERA_ASSIGN_OR_RETURN(sinks.output,
                           OutputFormatFromName(absl::GetFlag(FLAGS_output)));
  sinks.json = absl::GetFlag(FLAGS_json);
  sinks.history = absl::GetFlag(FLAGS_history);
  return sinks;
}

absl::StatusOr<ResultsRequest> ResultsRequestFromFlags(
    const std::vector<std::string>& arguments) {
  ResultsRequest request;
  request.files = arguments;
  request.history = absl::GetFlag(FLAGS_history);
  request.filter = absl::GetFlag(FLAGS_filter);
  request.any_machine = absl::GetFlag(FLAGS_any_machine);
  request.task = TaskOf(request);
  TESSERA_RETURN_IF_ERROR(CheckFlags(request));
  TESSERA_RETURN_IF_ERROR(CheckFiles(request));
  TESSERA_ASSIGN_OR_RETURN(request.output,
                           OutputFormatFromName(absl::GetFlag(FLAGS_output)));
  return request;
}

}  // namespace tessera
