#include "converter/convert_model.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/atomic_file.h"
#include "base/output_path.h"
#include "base/status_macros.h"
#include "converter/check_model.h"
#include "converter/choose_types.h"
#include "converter/convert_to_arena.h"
#include "converter/convert_to_gguf.h"
#include "converter/rank_group.h"
#include "converter/source/open_source.h"
#include "converter/summarize.h"
#include "converter/swapped_arguments.h"

namespace tessera {
namespace {

// Rather now than after all the work.
absl::Status CheckOutputs(const WeightSource& source,
                          const ConvertCommand& command) {
  std::vector<std::string> inputs;
  for (const std::string& file : {command.imatrix, command.layout_profile}) {
    if (!file.empty()) inputs.push_back(file);
  }
  for (const MappedFile& file : source.files) inputs.push_back(file.path());
  for (const OutputOptions& output : command.outputs) {
    // Of a set, ConvertToGguf checks each file.
    if (command.split.any()) continue;
    TESSERA_RETURN_IF_ERROR(CheckIsNoInput(output.path, inputs));
    if (command.dry_run) continue;
    TESSERA_RETURN_IF_ERROR(
        CheckOutput(output.path, command.options.overwrite));
    if (command.to_gguf()) continue;
    // It would be emptied.
    TESSERA_RETURN_IF_ERROR(
        CheckIsNoInput(AtomicFile::PartialPath(output.path), inputs));
  }
  return absl::OkStatus();
}

// What is written as GGUF need not run here, and of what comes from GGUF all is
// copied, understood or not: such notes have nothing to say. Arenas were
// checked when they were made.
absl::Status CheckForGguf(const std::string& input, WeightSource* source) {
  if (source->format == "arena") return absl::OkStatus();
  const bool is_copied = source->format == "gguf" && !source->tensors_only;
  std::vector<std::string> notes =
      is_copied ? std::vector<std::string>() : source->notes;
  const absl::Status status = CheckModel(input, source);
  source->notes = std::move(notes);
  if (is_copied && absl::IsUnimplemented(status)) return absl::OkStatus();
  return status;
}

absl::StatusOr<ConvertSummary> Dry(const WeightSource& source,
                                   const ConvertCommand& command) {
  if (command.to_gguf()) {
    TESSERA_ASSIGN_OR_RETURN(const GgufReport report,
                             DescribeGguf(source, command.gguf()));
    return SummarizeGguf(command, source, report, /*seconds=*/0);
  }
  std::vector<ArenaPlan> plans;
  for (const OutputOptions& output : command.outputs) {
    TESSERA_ASSIGN_OR_RETURN(plans.emplace_back(),
                             PlanArena(source, output.plan));
  }
  return SummarizePlans(command, source, plans);
}

}  // namespace

absl::StatusOr<WeightSource> OpenConversion(ConvertCommand* command) {
  TESSERA_RETURN_IF_ERROR(ReadCommandFiles(command));
  const std::string swapped =
      SwapAdvice(command->input, command->outputs.front().path);
  if (!swapped.empty()) {
    return absl::NotFoundError(
        absl::StrCat(command->input, ": no such file; ", swapped));
  }
  TESSERA_ASSIGN_OR_RETURN(
      WeightSource source,
      OpenWeightSource(command->input, {command->tensors_only}));
  TESSERA_RETURN_IF_ERROR(command->to_gguf()
                              ? CheckForGguf(command->input, &source)
                              : CheckModel(command->input, &source));
  TESSERA_RETURN_IF_ERROR(CheckOutputs(source, *command));
  return source;
}

absl::StatusOr<ConvertSummary> Convert(ConvertCommand command) {
  const absl::Time start = absl::Now();
  command.silent = command.options.quiet = true;
  TESSERA_ASSIGN_OR_RETURN(const WeightSource source, OpenConversion(&command));
  TESSERA_RETURN_IF_ERROR(ChooseTypes(source, &command));
  if (command.dry_run) return Dry(source, command);
  const auto seconds = [start] {
    return absl::ToDoubleSeconds(absl::Now() - start);
  };
  if (command.to_gguf()) {
    TESSERA_ASSIGN_OR_RETURN(
        const GgufReport report,
        ConvertToGguf(source, command.gguf(), command.options));
    return SummarizeGguf(command, source, report, seconds());
  }
  SingleRank alone;
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<ConvertReport> reports,
      ConvertToArenas(source, command.outputs, command.options, alone));
  return Summarize(command, source, reports, seconds());
}

}  // namespace tessera
