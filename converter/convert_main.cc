// convert: downloaded weights to an arena, and back.

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/command_line.h"
#include "base/file_error.h"
#include "base/progress.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "converter/convert_to_arena.h"
#include "converter/export_gguf.h"
#include "converter/pack/describe_plan.h"
#include "converter/source/open_source.h"
#include "converter/source/weight_source.h"
#include "formats/layout/layout_profile.h"

ABSL_FLAG(std::string, layout, "interleaved",
          "order of the weights: interleaved, transposed, swizzled, rowmajor, "
          "or auto: per matrix what --layout_profile says");
ABSL_FLAG(std::string, layout_profile, "",
          "with --layout=auto: a file of measured rules (written by bench); "
          "default: no rules, so interleaved");
ABSL_FLAG(std::string, quantize, "keep",
          "stored type: keep, F32, F16, BF16, Q8_0, INT8, Q4_0, Q4_1, Q5_0, "
          "Q5_1, Q6_K, IQ4_NL, or a mix: Q4_K_S, Q4_K_M, Q5_K_S, Q5_K_M");
ABSL_FLAG(bool, fuse, true,
          "put q, k and v into one extent, and let gate and up alternate");
ABSL_FLAG(int, threads, 0, "threads; 0: one per CPU");
ABSL_FLAG(bool, dry_run, false, "print the plan and write nothing");
ABSL_FLAG(bool, overwrite, false, "replace OUTPUT if it exists");
ABSL_FLAG(bool, quiet, false, "no progress and no summary");

namespace tessera {
namespace {

constexpr char kUsage[] = R"(Converts a model to an arena, or an arena to a GGUF file.

  convert --layout interleaved in.safetensors out.arena
  convert --quantize Q4_K_M model-folder out.arena
  convert --layout auto --layout_profile measured.profile in.gguf out.arena
  convert --dry_run model.gguf out.arena
  convert out.arena back.gguf

usage: convert [flags] INPUT OUTPUT

INPUT is a .gguf (any file of a split set), a .safetensors, a
model.safetensors.index.json, a Hugging Face folder, or an .arena.
OUTPUT is an .arena, or, if INPUT is one, a .gguf with the same blocks.
)";

absl::Status LayoutFromFlags(PlanOptions* plan) {
  const std::string layout = absl::GetFlag(FLAGS_layout);
  const std::string path = absl::GetFlag(FLAGS_layout_profile);
  if (layout == "auto") {
    plan->profile = LayoutProfile::BuiltIn();
    return absl::OkStatus();
  }
  if (!path.empty()) {
    return absl::InvalidArgumentError(
        "--layout_profile: has a meaning with --layout=auto only");
  }
  const std::optional<LayoutOrder> order = LayoutOrderFromName(layout);
  if (!order.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--layout: no such layout: ", layout,
                     "; known are interleaved, transposed, swizzled, rowmajor "
                     "and auto"));
  }
  plan->layout = *order;
  return absl::OkStatus();
}

absl::StatusOr<ConvertOptions> OptionsFromFlags() {
  ConvertOptions options;
  TESSERA_RETURN_IF_ERROR(LayoutFromFlags(&options.plan));
  TESSERA_ASSIGN_OR_RETURN(
      options.plan.recipe,
      QuantizeRecipe::Parse(absl::GetFlag(FLAGS_quantize)));
  options.plan.fuse = absl::GetFlag(FLAGS_fuse);
  options.threads = absl::GetFlag(FLAGS_threads);
  if (options.threads < 0 || options.threads > 4096) {
    return absl::InvalidArgumentError("--threads: must be 0 to 4096");
  }
  options.overwrite = absl::GetFlag(FLAGS_overwrite);
  options.quiet = absl::GetFlag(FLAGS_quiet);
  return options;
}

// Replaces the built-in profile by that of --layout_profile, if there is one.
absl::Status ReadLayoutProfile(PlanOptions* plan) {
  const std::string path = absl::GetFlag(FLAGS_layout_profile);
  if (path.empty()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const absl::StatusOr<LayoutProfile> profile = LayoutProfile::Parse(text);
  if (!profile.ok()) return WithPath(path, profile.status());
  plan->profile = *profile;
  return absl::OkStatus();
}

void PrintNotes(const WeightSource& source) {
  for (const std::string& note : source.notes) {
    absl::FPrintF(stderr, "note: %s\n", note);
  }
  if (!source.model.has_value()) {
    std::fputs("note: the arena can be inspected but not run\n", stderr);
  }
}

absl::Status Export(const WeightSource& source, const std::string& output,
                    const ConvertOptions& options) {
  if (source.format != "arena") {
    return absl::UnimplementedError(absl::StrCat(
        output, ": only an arena converts to GGUF; convert to an .arena first"));
  }
  TESSERA_RETURN_IF_ERROR(ExportGguf(
      source, output, {options.overwrite, options.quiet}));
  if (!options.quiet) absl::FPrintF(stderr, "wrote %s\n", output);
  return absl::OkStatus();
}

absl::Status Convert(const std::string& input, const std::string& output,
                     const ConvertOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const WeightSource source, OpenWeightSource(input));
  std::error_code error;
  if (std::filesystem::equivalent(input, output, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(output, ": is the input; choose another name"));
  }
  if (absl::EndsWith(output, ".gguf")) return Export(source, output, options);
  if (!options.quiet) PrintNotes(source);
  if (absl::GetFlag(FLAGS_dry_run)) {
    TESSERA_ASSIGN_OR_RETURN(const ArenaPlan plan,
                             PlanArena(source, options.plan));
    std::fputs(DescribePlan(source, plan).c_str(), stdout);
    return absl::OkStatus();
  }
  TESSERA_ASSIGN_OR_RETURN(const ConvertReport report,
                           ConvertToArena(source, output, options));
  if (!options.quiet) {
    absl::FPrintF(stderr, "wrote %s: %d tensors, %s in %.2f s\n", output,
                  report.manifest.tensors_size(), HumanBytes(report.file_size),
                  report.seconds);
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, kUsage);
  if (arguments.size() != 2) {
    ExitWithUsageError(absl::StrCat("expected INPUT and OUTPUT, got ",
                                    arguments.size(), " arguments"));
  }
  absl::StatusOr<ConvertOptions> options = OptionsFromFlags();
  if (!options.ok()) ExitWithUsageError(options.status().message());
  const std::string& output = arguments[1];
  if (!absl::EndsWith(output, ".arena") && !absl::EndsWith(output, ".gguf")) {
    ExitWithUsageError(
        absl::StrCat("OUTPUT must end in .arena or .gguf, not ", output));
  }
  absl::Status status = ReadLayoutProfile(&options->plan);
  if (status.ok()) status = Convert(arguments[0], output, *options);
  return status.ok() ? 0 : ReportFailure(status);
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] { return tessera::Main(argc, argv); });
}
