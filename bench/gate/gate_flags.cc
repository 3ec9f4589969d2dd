#include "bench/gate/gate_flags.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/own_flags.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "bench/find_shape.h"
#include "bench/flag_values.h"

using Words = std::vector<std::string>;

ABSL_FLAG(std::string, baseline_bin, "",
          "with --gate: an older build of bench, run in turn with this one");
ABSL_FLAG(std::string, baseline, "",
          "with --gate: JSON that an earlier --gate wrote on such a machine");
ABSL_FLAG(std::string, layouts_before, "",
          "with --gate: JSON that an older build's --gate "
          "--gate_checks=layouts wrote just now; layouts that were as slow "
          "there do not fail");
ABSL_FLAG(
    std::string, counts, "",
    "with --gate: the committed figures, such as bench/gate/baseline.json; "
    "counts that differ from them fail");
ABSL_FLAG(bool, update_baseline, false,
          "write the counts of this build to --counts, or to "
          "bench/gate/baseline.json, and floors for this class of CPUs if it "
          "has none there");
ABSL_FLAG(bool, advance_baseline, false,
          "with --update_baseline: name the commit of this build as the one to "
          "compare later ones with");
ABSL_FLAG(Words, gate_files, Words(),
          "with --counts: files whose sizes are among the counts");
ABSL_FLAG(
    Words, gate_checks, Words(),
    "with --gate: what to check, of counts, layouts, models, builds and "
    "stored; layouts, and all that a baseline is given for, if not given");
ABSL_FLAG(double, least_effect, 4,
          "with --gate: the smallest slowdown that matters, in percent");
ABSL_FLAG(
    int32_t, patience, 64,
    "with --gate: the most times to measure again what cannot be told yet");
ABSL_FLAG(double, time_limit, 0,
          "with --baseline_bin: seconds after which no further row of the "
          "builds is measured; such rows are noisy (0: no limit)");
ABSL_FLAG(Words, gate_models, Words({"Q4_0", "Q4_K_M"}),
          "with --baseline_bin: types of the models that are compared");
ABSL_FLAG(Words, gate_shapes, Words(),
          "with --baseline_bin: names or files of shapes on whose matrices "
          "kernels are compared; one of 2048 x 5632 if not given");
ABSL_FLAG(bool, gate_worker, false,
          "used by --gate itself: time what stdin asks for");
ABSL_FLAG(bool, gate_instructions, false,
          "used by --gate itself: multiply once by each kernel");

ABSL_DECLARE_FLAG(bool, any_machine);
ABSL_DECLARE_FLAG(bool, gate);
ABSL_DECLARE_FLAG(std::string, filter);
ABSL_DECLARE_FLAG(std::string, layout_profile);
ABSL_DECLARE_FLAG(int32_t, threads);
ABSL_DECLARE_FLAG(bool, quiet);

namespace tessera {
namespace {

constexpr int kMostThreads = 4096;
constexpr char kCommittedBaseline[] = "bench/gate/baseline.json";

absl::Status ChooseChecks(GateRequest* request) {
  const Words checks = absl::GetFlag(FLAGS_gate_checks);
  if (checks.empty()) {
    request->check_layouts = true;
    request->check_counts = !request->counts.empty();
    request->check_builds = !request->baseline_bin.empty();
    request->check_stored = !request->baseline.empty();
    request->check_models = request->check_stored;
    return absl::OkStatus();
  }
  for (const std::string& check : checks) {
    if (check == "layouts") {
      request->check_layouts = true;
    } else if (check == "models") {
      request->check_models = true;
    } else if (check == "counts" && !request->counts.empty()) {
      request->check_counts = true;
    } else if (check == "builds" && !request->baseline_bin.empty()) {
      request->check_builds = true;
    } else if (check == "stored" && !request->baseline.empty()) {
      request->check_stored = true;
    } else {
      return absl::InvalidArgumentError(absl::StrCat(
          "--gate_checks: ", Quoted(check),
          " is none of layouts, models, counts (needs --counts), builds (needs "
          "--baseline_bin) and stored (needs --baseline)"));
    }
  }
  return absl::OkStatus();
}

// Flags that mean something beside --gate, or beside --update_baseline.
constexpr absl::string_view kForGate[] = {
    "any_machine",    "baseline",       "baseline_bin", "counts",
    "filter",         "gate",           "gate_checks",  "gate_files",
    "gate_models",    "gate_shapes",    "history",      "json",
    "layout_profile", "layouts_before", "least_effect", "output",
    "patience",       "quiet",          "threads",      "time_limit"};
constexpr absl::string_view kForUpdate[] = {
    "advance_baseline", "counts",         "gate", "gate_files", "quiet",
    "threads",          "update_baseline"};

absl::Status CheckFlags(const GateRequest& request) {
  const absl::Span<const absl::string_view> allowed =
      request.update ? absl::MakeConstSpan(kForUpdate)
                     : absl::MakeConstSpan(kForGate);
  for (const auto& [name, value] : ChangedFlags()) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", name, " has no meaning with ",
                       request.update ? "--update_baseline" : "--gate"));
    }
  }
  if (request.update) return absl::OkStatus();
  if (!request.baseline_bin.empty() && !request.check_builds) {
    return absl::InvalidArgumentError(
        "--baseline_bin is given, but --gate_checks leaves builds out");
  }
  if (!request.baseline.empty() && !request.check_stored) {
    return absl::InvalidArgumentError(
        "--baseline is given, but --gate_checks leaves stored out");
  }
  if (!request.layouts_before.empty() && !request.check_layouts) {
    return absl::InvalidArgumentError(
        "--layouts_before is given, but --gate_checks leaves layouts out");
  }
  if (request.check_stored && !request.check_layouts && !request.check_models) {
    return absl::InvalidArgumentError(
        "--gate_checks=stored needs figures to compare: add layouts or models");
  }
  return absl::OkStatus();
}

}  // namespace

GateMode GateModeFromFlags() {
  if (absl::GetFlag(FLAGS_gate_worker)) return GateMode::kWorker;
  if (absl::GetFlag(FLAGS_gate_instructions)) return GateMode::kInstructions;
  if (absl::GetFlag(FLAGS_update_baseline)) return GateMode::kUpdateBaseline;
  return absl::GetFlag(FLAGS_gate) ? GateMode::kGate : GateMode::kNone;
}

absl::StatusOr<int> GateWorkerThreads() {
  const int threads = absl::GetFlag(FLAGS_threads);
  TESSERA_RETURN_IF_ERROR(CheckFlagRange("threads", threads, 0, kMostThreads));
  return threads;
}

std::string GateFilterFromFlags() { return absl::GetFlag(FLAGS_filter); }

absl::StatusOr<GateRequest> GateRequestFromFlags(
    const std::vector<std::string>& arguments) {
  if (!arguments.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unexpected argument ", Quoted(arguments[0])));
  }
  GateRequest request;
  request.update = absl::GetFlag(FLAGS_update_baseline);
  request.advance = absl::GetFlag(FLAGS_advance_baseline);
  request.counts = absl::GetFlag(FLAGS_counts);
  if (request.advance && !request.update) {
    return absl::InvalidArgumentError(
        "--advance_baseline goes with --update_baseline");
  }
  if (request.update && request.counts.empty()) {
    request.counts = kCommittedBaseline;
  }
  request.baseline_bin = absl::GetFlag(FLAGS_baseline_bin);
  request.baseline = absl::GetFlag(FLAGS_baseline);
  request.layouts_before = absl::GetFlag(FLAGS_layouts_before);
  request.any_machine = absl::GetFlag(FLAGS_any_machine);
  request.files = absl::GetFlag(FLAGS_gate_files);
  request.filter = GateFilterFromFlags();
  request.rules.least_effect = absl::GetFlag(FLAGS_least_effect) / 100;
  if (!(request.rules.least_effect > 0 && request.rules.least_effect < 10)) {
    return absl::InvalidArgumentError(
        "--least_effect: expected a percentage, more than 0");
  }
  request.patience = absl::GetFlag(FLAGS_patience);
  TESSERA_RETURN_IF_ERROR(
      CheckFlagRange("patience", request.patience, 16, 10000));
  request.time_limit_s = absl::GetFlag(FLAGS_time_limit);
  if (!(request.time_limit_s >= 0)) {
    return absl::InvalidArgumentError(
        "--time_limit: expected a number of seconds, at least 0");
  }
  request.models = absl::GetFlag(FLAGS_gate_models);
  for (const std::string& shape : absl::GetFlag(FLAGS_gate_shapes)) {
    TESSERA_ASSIGN_OR_RETURN(request.shapes.emplace_back(), FindShape(shape));
  }
  const std::string profile = absl::GetFlag(FLAGS_layout_profile);
  TESSERA_ASSIGN_OR_RETURN(const std::vector<LayoutChoice> layouts,
                           LayoutsFromWords({"auto"}, profile));
  request.profile = *layouts[0].profile;
  TESSERA_ASSIGN_OR_RETURN(request.isa, ChooseIsa());
  TESSERA_ASSIGN_OR_RETURN(request.threads, GateWorkerThreads());
  request.quiet = absl::GetFlag(FLAGS_quiet);
  // argv[0] may be a name that was found in $PATH.
  std::error_code error;
  request.program =
      std::filesystem::read_symlink("/proc/self/exe", error).string();
  if (error) {
    return absl::InternalError(
        absl::StrCat("/proc/self/exe: ", error.message()));
  }
  TESSERA_RETURN_IF_ERROR(ChooseChecks(&request));
  TESSERA_RETURN_IF_ERROR(CheckFlags(request));
  return request;
}

}  // namespace tessera
