// convert: downloaded weights to an arena, and back.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/atomic_file.h"
#include "base/command_line.h"
#include "base/message.h"
#include "base/output_path.h"
#include "base/printable.h"
#include "base/status_macros.h"
#include "converter/check_model.h"
#include "converter/choose_types.h"
#include "converter/convert_flags.h"
#include "converter/convert_to_arena.h"
#include "converter/export_gguf.h"
#include "converter/launched_ranks.h"
#include "converter/pack/describe_plan.h"
#include "converter/print_reports.h"
#include "converter/rank_group.h"
#include "converter/source/open_source.h"
#include "converter/source/weight_source.h"
#include "converter/summarize.h"
#include "converter/swapped_arguments.h"
#include "formats/json/message_json.h"
#include "formats/model/architecture.h"

namespace tessera {
namespace {

constexpr FlagWords kConvertWords[] = {
    {"effort", "normal high"},
    {"isa", "portable"},
    {"layout", "interleaved transposed swizzled rowmajor auto"},
    {"quantize",
     "keep F32 F16 BF16 Q8_0 INT8 Q4_0 Q4_1 Q5_0 Q5_1 Q6_K IQ4_NL Q4_K_S "
     "Q4_K_M Q5_K_S Q5_K_M"},
};

// The first of a kind show what it is about.
constexpr size_t kMostNotesOfAKind = 5;

// Whether or not the command is quiet.
void PrintNotes(const WeightSource& source, const ConvertCommand& command) {
  for (const std::string& note : command.notes) {
    PrintMessage(absl::StrCat("note: ", note));
  }
  for (const std::string& note :
       FewOfEachKind(source.notes, kMostNotesOfAKind)) {
    PrintMessage(absl::StrCat("warning: ", note));
  }
  if (source.model.has_value() && !source.model->not_understood().empty() &&
      FindArchitecture(source.model->model_type()) != nullptr) {
    std::fputs(
        "note: what is not understood changes results, so no program here runs "
        "the arena; it keeps the configuration, for versions that do\n",
        stderr);
  }
  if (!source.model.has_value() && !source.tensors_only) {
    std::fputs("note: the arena can be inspected but not run\n", stderr);
  }
}

absl::Status PrintSummary(const ConvertSummary& summary) {
  TESSERA_ASSIGN_OR_RETURN(const std::string json,
                           MessageAsJson(summary, /*indented=*/true));
  std::fputs(json.c_str(), stdout);
  return absl::OkStatus();
}

absl::Status Export(const WeightSource& source, const ConvertCommand& command,
                    absl::Time start) {
  const std::string& output = command.outputs.front().path;
  if (source.format != "arena") {
    return absl::UnimplementedError(absl::StrCat(
        output,
        ": only an arena converts to GGUF; convert to an .arena first"));
  }
  const bool quiet = command.options.quiet;
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<ExportedFile> files,
      ExportGguf(
          source, output,
          {.overwrite = command.options.overwrite,
           .quiet = quiet,
           .dry_run = command.dry_run,
           .allow_nonfinite = command.outputs.front().plan.allow_nonfinite}));
  PrintExported(files, command);
  if (!command.json) return absl::OkStatus();
  return PrintSummary(SummarizeExport(
      command, source, files, absl::ToDoubleSeconds(absl::Now() - start)));
}

absl::Status PrintPlans(const WeightSource& source,
                        const ConvertCommand& command) {
  std::vector<ArenaPlan> plans;
  for (const OutputOptions& output : command.outputs) {
    TESSERA_ASSIGN_OR_RETURN(plans.emplace_back(),
                             PlanArena(source, output.plan));
  }
  if (command.json) return PrintSummary(SummarizePlans(command, source, plans));
  for (size_t i = 0; i < plans.size(); ++i) {
    if (plans.size() > 1) {
      absl::PrintF("%s\n", Printable(command.outputs[i].path));
    }
    const std::string text = command.tensors
                                 ? DescribePlan(source, plans[i])
                                 : DescribePlanTotals(source, plans[i]);
    std::fputs(text.c_str(), stdout);
  }
  return absl::OkStatus();
}

// Rather now than after all the work.
absl::Status CheckOutputs(const WeightSource& source,
                          const ConvertCommand& command) {
  std::vector<std::string> inputs = command.flag_files;
  for (const MappedFile& file : source.files) inputs.push_back(file.path());
  for (const OutputOptions& output : command.outputs) {
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

absl::StatusOr<WeightSource> OpenInput(ConvertCommand& command) {
  TESSERA_RETURN_IF_ERROR(ReadFlagFiles(&command));
  const std::string swapped =
      SwapAdvice(command.input, command.outputs.front().path);
  if (!swapped.empty()) {
    return absl::NotFoundError(
        absl::StrCat(command.input, ": no such file; ", swapped));
  }
  TESSERA_ASSIGN_OR_RETURN(
      WeightSource source,
      OpenWeightSource(command.input, {command.tensors_only}));
  if (!command.to_gguf()) {
    TESSERA_RETURN_IF_ERROR(CheckModel(command.input, &source));
  }
  TESSERA_RETURN_IF_ERROR(CheckOutputs(source, command));
  return source;
}

// What is unfinished stays; everything else about a killed conversion is as the
// system does it.
extern "C" void SayHowToResume(int signal) {
  constexpr char kHint[] =
      "\nconvert: interrupted; the same command with --resume continues\n";
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, kHint, sizeof(kHint) - 1);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

absl::Status WriteArenas(const WeightSource& source,
                         const ConvertCommand& command, RankGroup& ranks,
                         absl::Time start) {
  if (ranks.rank() == 0) {
    std::signal(SIGINT, SayHowToResume);
    std::signal(SIGTERM, SayHowToResume);
  }
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<ConvertReport> reports,
      ConvertToArenas(source, command.outputs, command.options, ranks));
  if (ranks.rank() != 0) return absl::OkStatus();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  PrintReports(source, reports, command, seconds);
  if (!command.json) return absl::OkStatus();
  return PrintSummary(Summarize(command, source, reports, seconds));
}

absl::Status Convert(ConvertCommand& command, RankGroup& ranks) {
  const absl::Time start = absl::Now();
  const bool first = ranks.rank() == 0;
  command.silent = !first;
  if (command.silent) command.options.quiet = true;
  const absl::StatusOr<WeightSource> opened = OpenInput(command);
  TESSERA_RETURN_IF_ERROR(ranks.Agree(opened.status()));
  const WeightSource& source = *opened;
  if (command.to_gguf()) {
    return first ? Export(source, command, start) : absl::OkStatus();
  }
  if (!command.silent) PrintNotes(source, command);
  TESSERA_RETURN_IF_ERROR(ranks.Agree(ChooseTypes(source, &command)));
  if (command.dry_run) {
    return first ? PrintPlans(source, command) : absl::OkStatus();
  }
  return WriteArenas(source, command, ranks, start);
}

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments = ParseCommandLine(
      argc, argv, {.usage = kConvertUsage, .words = kConvertWords});
  absl::StatusOr<ConvertCommand> command = ConvertCommandFromFlags(arguments);
  if (!command.ok()) ExitWithUsageError(command.status().message());
  const absl::StatusOr<std::unique_ptr<RankGroup>> ranks = LaunchedRanks();
  if (!ranks.ok()) return ReportFailure(ranks.status());
  const absl::Status status = Convert(*command, **ranks);
  if (status.ok()) return 0;
  // All ranks know of the error; one says it.
  return (*ranks)->rank() == 0 ? ReportFailure(status) : 1;
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] { return tessera::Main(argc, argv); });
}
