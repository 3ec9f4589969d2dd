// convert: downloaded weights to an arena, and back.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/command_line.h"
#include "base/progress.h"
#include "base/status_macros.h"
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

void PrintNotes(const WeightSource& source, const ConvertCommand& command) {
  for (const std::string& note : command.notes) {
    absl::FPrintF(stderr, "note: %s\n", note);
  }
  std::set<absl::string_view> printed;
  for (const std::string& note : source.notes) {
    if (!printed.insert(note).second) continue;
    absl::FPrintF(stderr, "warning: %s\n", note);
  }
  if (source.model.has_value() && !source.model->not_understood().empty() &&
      FindArchitecture(source.model->model_type()) != nullptr) {
    std::fputs(
        "note: what is not understood changes results, so no program here runs "
        "the arena; it keeps the configuration, for versions that do\n",
        stderr);
  }
  if (!source.model.has_value()) {
    std::fputs("note: the arena can be inspected but not run\n", stderr);
  }
}

absl::Status Export(const WeightSource& source, const ConvertCommand& command) {
  const std::string& output = command.outputs.front().path;
  if (source.format != "arena") {
    return absl::UnimplementedError(absl::StrCat(
        output,
        ": only an arena converts to GGUF; convert to an .arena first"));
  }
  const bool quiet = command.options.quiet;
  TESSERA_RETURN_IF_ERROR(ExportGguf(
      source, output,
      {.overwrite = command.options.overwrite,
       .quiet = quiet,
       .allow_nonfinite = command.outputs.front().plan.allow_nonfinite}));
  if (!quiet) absl::FPrintF(stderr, "wrote %s\n", output);
  return absl::OkStatus();
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

absl::Status CheckOutputsAreNoInputs(const WeightSource& source,
                                     const ConvertCommand& command) {
  std::error_code error;
  for (const OutputOptions& output : command.outputs) {
    for (const MappedFile& file : source.files) {
      if (std::filesystem::equivalent(file.path(), output.path, error)) {
        return absl::InvalidArgumentError(
            absl::StrCat(output.path, ": is the input; choose another name"));
      }
    }
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
  TESSERA_ASSIGN_OR_RETURN(WeightSource source,
                           OpenWeightSource(command.input));
  TESSERA_RETURN_IF_ERROR(CheckOutputsAreNoInputs(source, command));
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
  if (command.json) {
    TESSERA_ASSIGN_OR_RETURN(
        const std::string json,
        MessageAsJson(Summarize(command.input, source, reports, seconds),
                      /*indented=*/true));
    std::fputs(json.c_str(), stdout);
  }
  return absl::OkStatus();
}

absl::Status Convert(ConvertCommand& command, RankGroup& ranks) {
  const absl::Time start = absl::Now();
  const bool first = ranks.rank() == 0;
  if (!first) command.options.quiet = true;
  const absl::StatusOr<WeightSource> opened = OpenInput(command);
  TESSERA_RETURN_IF_ERROR(ranks.Agree(opened.status()));
  const WeightSource& source = *opened;
  if (command.to_gguf()) {
    return first ? Export(source, command) : absl::OkStatus();
  }
  if (!command.options.quiet) PrintNotes(source, command);
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
