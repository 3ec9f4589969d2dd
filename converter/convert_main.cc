// convert: downloaded weights to an arena, and back.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/atomic_file.h"
#include "base/command_line.h"
#include "base/output_path.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "converter/check_model.h"
#include "converter/choose_types.h"
#include "converter/convert_flags.h"
#include "converter/convert_to_arena.h"
#include "converter/export_gguf.h"
#include "converter/inspect/layout_reasons.h"
#include "converter/inspect/quality_report.h"
#include "converter/inspect/quality_table.h"
#include "converter/launched_ranks.h"
#include "converter/pack/describe_plan.h"
#include "converter/rank_group.h"
#include "converter/source/open_source.h"
#include "converter/source/weight_source.h"
#include "converter/summarize.h"
#include "converter/zero_tensors.h"
#include "formats/json/message_json.h"
#include "formats/model/architecture.h"

namespace tessera {
namespace {

// Warnings are printed whether or not the command is quiet.
void PrintNotes(const WeightSource& source, const ConvertCommand& command) {
  const bool quiet = command.options.quiet;
  for (const std::string& note : command.notes) {
    if (!quiet) absl::FPrintF(stderr, "note: %s\n", note);
  }
  std::set<absl::string_view> printed;
  for (const std::string& note : source.notes) {
    if (!printed.insert(note).second) continue;
    absl::FPrintF(stderr, "warning: %s\n", note);
  }
  if (quiet) return;
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

void PrintExported(const std::vector<ExportedFile>& files) {
  for (const ExportedFile& file : files) {
    for (const std::string& warning : file.warnings) {
      absl::FPrintF(stderr, "warning: %s: %s\n", file.path, warning);
    }
    absl::FPrintF(stderr, "wrote %s: %d tensors, %s", file.path, file.tensors,
                  HumanBytes(file.bytes));
    if (!file.identical_to.empty()) {
      absl::FPrintF(stderr, ", identical to %s (SHA-256 %s)", file.identical_to,
                    absl::BytesToHexString(file.sha256));
    }
    std::fputs("\n", stderr);
  }
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
  if (command.dry_run) {
    for (const ExportedFile& file : files) {
      absl::PrintF("%s: %d tensors, %s\n", file.path, file.tensors,
                   HumanBytes(file.bytes));
    }
    return absl::OkStatus();
  }
  if (!quiet) PrintExported(files);
  if (!command.json) return absl::OkStatus();
  return PrintSummary(
      SummarizeExport(command.input, source, files,
                      absl::ToDoubleSeconds(absl::Now() - start)));
}

absl::Status PrintPlans(const WeightSource& source,
                        const ConvertCommand& command) {
  for (const OutputOptions& output : command.outputs) {
    TESSERA_ASSIGN_OR_RETURN(const ArenaPlan plan,
                             PlanArena(source, output.plan));
    if (command.outputs.size() > 1) absl::PrintF("%s\n", output.path);
    std::fputs(DescribePlan(source, plan).c_str(), stdout);
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

void PrintReports(const WeightSource& source,
                  const std::vector<ConvertReport>& reports, double seconds) {
  const std::string zeros =
      ZeroTensorsNote(source, reports.front().zero_tensors);
  if (!zeros.empty()) absl::FPrintF(stderr, "warning: %s\n", zeros);
  for (const ConvertReport& report : reports) {
    const std::string table =
        QualityText(QualityTableOf(report.manifest), /*with_tensors=*/true);
    absl::FPrintF(stderr, "%s%s", table, LayoutSummary(report.manifest));
    absl::FPrintF(stderr, "wrote %s: %d tensors, %s in %.2f s\n", report.path,
                  report.manifest.tensors_size(), HumanBytes(report.file_size),
                  seconds);
  }
}

absl::StatusOr<WeightSource> OpenInput(ConvertCommand& command) {
  TESSERA_RETURN_IF_ERROR(ReadFlagFiles(&command));
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
  if (!command.options.quiet) PrintReports(source, reports, seconds);
  if (!command.json) return absl::OkStatus();
  return PrintSummary(Summarize(command.input, source, reports, seconds));
}

absl::Status Convert(ConvertCommand& command, RankGroup& ranks) {
  const absl::Time start = absl::Now();
  const bool first = ranks.rank() == 0;
  if (!first) command.options.quiet = true;
  const absl::StatusOr<WeightSource> opened = OpenInput(command);
  TESSERA_RETURN_IF_ERROR(ranks.Agree(opened.status()));
  const WeightSource& source = *opened;
  if (command.to_gguf()) {
    return first ? Export(source, command, start) : absl::OkStatus();
  }
  if (first) PrintNotes(source, command);
  TESSERA_RETURN_IF_ERROR(ranks.Agree(ChooseTypes(source, &command)));
  if (command.dry_run) {
    return first ? PrintPlans(source, command) : absl::OkStatus();
  }
  return WriteArenas(source, command, ranks, start);
}

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, kConvertUsage);
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
