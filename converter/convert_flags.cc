#include "converter/convert_flags.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/byte_size.h"
#include "base/counted.h"
#include "base/number_flag.h"
#include "base/output_path.h"
#include "base/status_macros.h"
#include "converter/quantize/recipe_flags.h"
#include "converter/swapped_arguments.h"
#include "formats/layout/layout_profile.h"

ABSL_FLAG(std::string, layout, "interleaved",
          "the order of the weights: interleaved, transposed, swizzled, "
          "rowmajor, or auto, which is what --layout_profile says of each "
          "matrix");
ABSL_FLAG(
    std::string, layout_profile, "",
    "with --layout=auto: a file that bench --advise wrote on the machine that "
    "will run the model; without it every matrix is interleaved");
ABSL_FLAG(std::string, isa, "portable",
          "the instruction sets that the layout serves; there is one value, "
          "portable, which serves all");
ABSL_FLAG(std::vector<std::string>, also, {},
          "further outputs, made in the same pass over INPUT: FILE.arena:TYPE, "
          "with commas between several; TYPE is a value of --quantize, and "
          "everything else is as for OUTPUT");
ABSL_FLAG(bool, fuse, true,
          "store the matrices for queries, keys and values side by side, and "
          "let the rows of gate and up alternate");
ABSL_FLAG(tessera::ThreadsFlag, threads, {0}, "threads; 0: one per CPU");
ABSL_FLAG(tessera::ByteSize, max_memory, tessera::ByteSize{256 << 20},
          "the most memory to use, besides the pages of files, such as 256MiB "
          "or 1G; 64MiB or more");
ABSL_FLAG(bool, resume, false,
          "continue a conversion that was killed, with the same input and "
          "options, from what it left in OUTPUT.partial");
ABSL_FLAG(bool, allow_requantize, false,
          "let tensors that are quantized already be quantized a second time, "
          "to another type");
ABSL_FLAG(bool, allow_nonfinite, false,
          "convert weights that are NaN or infinite, or do not fit their type, "
          "and count them");
ABSL_FLAG(bool, dry_run, false,
          "print the plan, in totals by type, and write nothing");
ABSL_FLAG(bool, tensors, false, "with --dry_run: list every tensor");
ABSL_FLAG(bool, quality, false,
          "at the end, print the error of every tensor that was quantized, not "
          "only of the ten worst; inspect --quality prints it later");
ABSL_FLAG(bool, tensors_only, false,
          "convert the tensors alone, under the names that INPUT has for them: "
          "no model is made of them, and none is checked");
ABSL_FLAG(std::optional<tessera::ByteSize>, split_max_size, std::nullopt,
          "for a .gguf: write a split set, OUTPUT-00001-of-0000N.gguf and so "
          "on, whose files have tensors of this much at most, such as 2G, as "
          "llama-gguf-split does");
ABSL_FLAG(std::optional<tessera::IntegerFlag<1>>, split_max_tensors,
          std::nullopt, "the same, with so many tensors in a file at most");
ABSL_FLAG(bool, overwrite, false, "replace outputs that exist");
ABSL_FLAG(bool, json, false, "print a report for scripts on stdout, as JSON");
ABSL_FLAG(bool, quiet, false,
          "no progress, no tables and no summary; warnings stay");

ABSL_DECLARE_FLAG(std::string, imatrix);

namespace tessera {

const char kConvertUsage[] =
    R"(Converts a model to an arena, or to a GGUF file.

  convert --layout interleaved in.safetensors out.arena
  convert --quantize Q4_K_M model-folder out.arena
  convert --quantize Q4_K_M --imatrix model.imatrix in.gguf out.arena
  convert --target_bpw 4.8 --output_type Q6_K in.gguf out.arena
  convert --quantize Q4_0 in.gguf a.arena --also b.arena:Q8_0
  convert --quantize Q4_0 --resume in.gguf a.arena
  mpirun -n 4 convert --quantize Q4_0 in.gguf a.arena
  convert --layout swizzled a.arena b.arena
  convert --dry_run model.gguf out.arena
  convert out.arena back.gguf
  convert --quantize Q4_K_M model-folder out.gguf
  convert --split_max_size 2G in.gguf out.gguf
  convert model-00001-of-00003.gguf merged.gguf

usage: convert [flags] INPUT OUTPUT

INPUT is a .gguf (any file of a split set), a .safetensors, a
model.safetensors.index.json, a Hugging Face folder, or an .arena.
OUTPUT is an .arena or a .gguf. A .gguf is what llama-quantize and
llama-gguf-split make of INPUT; without --quantize it has the same blocks.

Warnings and progress go to stderr. Open MPI's mpirun refuses to run as root
unless OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 are set.
)";

namespace {

absl::Status LayoutFromFlags(PlanOptions* plan) {
  if (absl::GetFlag(FLAGS_isa) != "portable") {
    return absl::InvalidArgumentError(
        absl::StrCat("--isa: no such family: ", absl::GetFlag(FLAGS_isa),
                     "; the only one is portable, which every CPU can use"));
  }
  const std::string layout = absl::AsciiStrToLower(absl::GetFlag(FLAGS_layout));
  if (layout == "auto") {
    plan->profile = LayoutProfile();
    return absl::OkStatus();
  }
  if (!absl::GetFlag(FLAGS_layout_profile).empty()) {
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
  options.threads = static_cast<int>(absl::GetFlag(FLAGS_threads).value);
  options.max_memory = absl::GetFlag(FLAGS_max_memory).bytes;
  if (options.max_memory < kLeastMemory) {
    return absl::InvalidArgumentError("--max_memory: must be 64MiB or more");
  }
  options.overwrite = absl::GetFlag(FLAGS_overwrite);
  options.resume = absl::GetFlag(FLAGS_resume);
  options.quiet = absl::GetFlag(FLAGS_quiet);
  return options;
}

// "FILE.arena:TYPE" with everything else as in `like`.
absl::StatusOr<OutputOptions> AlsoFromText(absl::string_view text,
                                           const OutputOptions& like) {
  const size_t colon = text.rfind(':');
  OutputOptions output = like;
  output.path = std::string(text.substr(0, colon));
  if (colon == absl::string_view::npos ||
      !absl::EndsWith(output.path, ".arena")) {
    return absl::InvalidArgumentError(
        absl::StrCat("--also: expected FILE.arena:TYPE, not ", text));
  }
  TESSERA_ASSIGN_OR_RETURN(output.plan.recipe,
                           like.plan.recipe.WithMix(text.substr(colon + 1)));
  return output;
}

absl::StatusOr<GgufSplitLimits> SplitFromFlags(const ConvertCommand& command) {
  GgufSplitLimits limits;
  const auto& bytes = absl::GetFlag(FLAGS_split_max_size);
  const auto& tensors = absl::GetFlag(FLAGS_split_max_tensors);
  if (!bytes.has_value() && !tensors.has_value()) return limits;
  const char* flag =
      bytes.has_value() ? "--split_max_size" : "--split_max_tensors";
  if (bytes.has_value() && tensors.has_value()) {
    return absl::InvalidArgumentError(
        "--split_max_size and --split_max_tensors: give one of them");
  }
  if (!command.to_gguf()) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": has a meaning with a .gguf as OUTPUT only"));
  }
  if (bytes.has_value()) limits.max_bytes = bytes->bytes;
  if (tensors.has_value()) {
    limits.max_tensors = static_cast<uint64_t>(tensors->value);
  }
  if (limits.any()) return limits;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": must be 1 or more"));
}

// Flags that would be without effect.
absl::Status CheckReports(const ConvertCommand& command) {
  if (command.tensors && !command.dry_run) {
    return absl::InvalidArgumentError(
        "--tensors: has a meaning with --dry_run only; inspect lists the "
        "tensors of a file");
  }
  if (!command.quality) return absl::OkStatus();
  const char* without = command.options.quiet ? "--quiet"
                        : command.dry_run     ? "--dry_run"
                                              : nullptr;
  if (without == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--quality: has no meaning with ", without));
}

absl::Status CheckOutputs(const ConvertCommand& command) {
  for (size_t i = 0; i < command.outputs.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (IsSameOutput(command.outputs[i].path, command.outputs[j].path)) {
        return absl::InvalidArgumentError(absl::StrCat(
            "--also: ", command.outputs[i].path, " is an output already"));
      }
    }
  }
  if (command.to_gguf() && command.outputs.size() > 1) {
    return absl::InvalidArgumentError("--also: is for arenas, not for a .gguf");
  }
  if (command.to_gguf() && command.options.resume) {
    return absl::InvalidArgumentError(
        "--resume: a .gguf is always written anew; only an .arena can be "
        "continued");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ConvertCommand> ConvertCommandFromFlags(
    absl::Span<const std::string> arguments) {
  if (arguments.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected INPUT and OUTPUT, found ",
                     Counted(arguments.size(), "argument")));
  }
  ConvertCommand command;
  command.input = arguments[0];
  OutputOptions& output = command.outputs.emplace_back();
  output.path = arguments[1];
  if (!absl::EndsWith(output.path, ".arena") && !command.to_gguf()) {
    const std::string swapped = SwapAdvice(command.input, output.path);
    return absl::InvalidArgumentError(
        absl::StrCat("OUTPUT must end in .arena or .gguf, not ", output.path,
                     swapped.empty() ? "" : "; ", swapped));
  }
  TESSERA_RETURN_IF_ERROR(LayoutFromFlags(&output.plan));
  TESSERA_ASSIGN_OR_RETURN(output.plan.recipe, RecipeFromFlags());
  output.plan.fuse = absl::GetFlag(FLAGS_fuse);
  output.plan.allow_requantize = absl::GetFlag(FLAGS_allow_requantize);
  output.plan.allow_nonfinite = absl::GetFlag(FLAGS_allow_nonfinite);
  for (const std::string& also : absl::GetFlag(FLAGS_also)) {
    TESSERA_ASSIGN_OR_RETURN(OutputOptions further,
                             AlsoFromText(also, command.outputs.front()));
    command.outputs.push_back(std::move(further));
  }
  TESSERA_ASSIGN_OR_RETURN(command.options, OptionsFromFlags());
  command.dry_run = absl::GetFlag(FLAGS_dry_run);
  command.tensors = absl::GetFlag(FLAGS_tensors);
  command.quality = absl::GetFlag(FLAGS_quality);
  command.json = absl::GetFlag(FLAGS_json);
  command.tensors_only = absl::GetFlag(FLAGS_tensors_only);
  command.imatrix = absl::GetFlag(FLAGS_imatrix);
  command.layout_profile = absl::GetFlag(FLAGS_layout_profile);
  command.target = SizeTargetFromFlags();
  TESSERA_ASSIGN_OR_RETURN(command.split, SplitFromFlags(command));
  TESSERA_RETURN_IF_ERROR(CheckReports(command));
  TESSERA_RETURN_IF_ERROR(CheckOutputs(command));
  return command;
}

}  // namespace tessera
