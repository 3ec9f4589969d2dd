// convert: downloaded weights to an arena or a GGUF file, and back.

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
#include "base/command_line.h"
#include "base/message.h"
#include "base/printable.h"
#include "base/status_macros.h"
#include "converter/choose_types.h"
#include "converter/convert_aliases.h"
#include "converter/convert_flags.h"
#include "converter/convert_model.h"
#include "converter/convert_to_arena.h"
#include "converter/convert_to_gguf.h"
#include "converter/launched_ranks.h"
#include "converter/pack/describe_plan.h"
#include "converter/print_reports.h"
#include "converter/rank_group.h"
#include "converter/source/weight_source.h"
#include "converter/summarize.h"
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
  if (command.to_gguf()) return;
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

absl::Status WriteGguf(const WeightSource& source,
                       const ConvertCommand& command, absl::Time start) {
  const GgufOptions options = command.gguf();
  TESSERA_ASSIGN_OR_RETURN(
      const GgufReport report,
      command.dry_run ? DescribeGguf(source, options)
                      : ConvertToGguf(source, options, command.options));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  PrintGguf(source, report, command, seconds);
  if (!command.json) return absl::OkStatus();
  return PrintSummary(SummarizeGguf(command, source, report, seconds));
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

absl::Status RunCommand(ConvertCommand& command, RankGroup& ranks) {
  const absl::Time start = absl::Now();
  const bool first = ranks.rank() == 0;
  command.silent = !first;
  if (command.silent) command.options.quiet = true;
  const absl::StatusOr<WeightSource> opened = OpenConversion(&command);
  TESSERA_RETURN_IF_ERROR(ranks.Agree(opened.status()));
  const WeightSource& source = *opened;
  // Those of an arena were told when it was made.
  const bool is_export = command.to_gguf() && source.format == "arena";
  if (!command.silent && !is_export) PrintNotes(source, command);
  TESSERA_RETURN_IF_ERROR(ranks.Agree(ChooseTypes(source, &command)));
  if (command.to_gguf()) {
    return first ? WriteGguf(source, command, start) : absl::OkStatus();
  }
  if (command.dry_run) {
    return first ? PrintPlans(source, command) : absl::OkStatus();
  }
  return WriteArenas(source, command, ranks, start);
}

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv,
                       {.usage = kConvertUsage,
                        .aliases = kConvertAliases,
                        .words = kConvertWords});
  absl::StatusOr<ConvertCommand> command = ConvertCommandFromFlags(arguments);
  if (!command.ok()) ExitWithUsageError(command.status().message());
  const absl::StatusOr<std::unique_ptr<RankGroup>> ranks = LaunchedRanks();
  if (!ranks.ok()) return ReportFailure(ranks.status());
  const absl::Status status = RunCommand(*command, **ranks);
  if (status.ok()) return 0;
  // All ranks know of the error; one says it.
  return (*ranks)->rank() == 0 ? ReportFailure(status) : 1;
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] { return tessera::Main(argc, argv); });
}
