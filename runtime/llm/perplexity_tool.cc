#include "runtime/llm/perplexity_tool.h"

#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/byte_size.h"
#include "base/command_line.h"
#include "base/interrupt.h"
#include "base/number_flag.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "runtime/llm/measure_perplexity.h"
#include "runtime/llm/perplexity_report.h"

using WindowFlag = tessera::IntegerFlag<2, 1 << 20>;
using CountFlag = tessera::IntegerFlag<0>;

ABSL_FLAG(std::string, file, "", "the file that holds the text");
ABSL_FLAG(std::string, base, "",
          "an arena of the same model, usually with more bits, whose "
          "probabilities of all tokens are compared with ARENA's");
ABSL_FLAG(WindowFlag, ctx_size, {512},
          "tokens of a window, 2 to 1048576; each window is a text of its "
          "own");
ABSL_FLAG(std::string, score, "half",
          "which tokens count. half: those of the second half of each window, "
          "which have much before them, as for llama-perplexity; all: all");
ABSL_FLAG(CountFlag, windows, {0},
          "the most windows to read; 0: the whole text");
ABSL_FLAG(tessera::ThreadsFlag, threads, {0}, "threads; 0: one per CPU");
ABSL_FLAG(tessera::ByteSize, max_memory, tessera::ByteSize{0},
          "memory for the weights of each arena, such as 700MiB or 4G; what "
          "does not fit is read again for every piece of text; 0: what the "
          "machine and its control groups have left");
ABSL_FLAG(bool, json, false, "print one JSON object on stdout");
ABSL_FLAG(bool, quiet, false, "no progress on stderr; warnings stay");

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Measures how well the language model in an arena predicts a text.

  perplexity model.arena --file text.txt
  perplexity q4.arena --file text.txt --base f16.arena
  perplexity model.arena --file text.txt --ctx_size 2048 --score all --json

usage: perplexity [flags] ARENA --file TEXT

Prints the mean negative log likelihood per token, in nats, and its exponential,
the perplexity, each with its standard error. With --base both models read the
text side by side, and the Kullback-Leibler divergence of the base's
probabilities from the arena's shows what quantization has cost.
)";

absl::StatusOr<PerplexityOptions> OptionsFromFlags(
    const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected one ARENA, found ", arguments.size()));
  }
  if (absl::GetFlag(FLAGS_file).empty()) {
    return absl::InvalidArgumentError("give the text with --file");
  }
  PerplexityOptions options;
  options.arena = arguments[0];
  options.base = absl::GetFlag(FLAGS_base);
  options.ctx_size = absl::GetFlag(FLAGS_ctx_size).value;
  options.max_windows = absl::GetFlag(FLAGS_windows).value;
  options.threads = static_cast<int>(absl::GetFlag(FLAGS_threads).value);
  options.quiet = absl::GetFlag(FLAGS_quiet);
  options.load.memory_bytes = absl::GetFlag(FLAGS_max_memory).bytes;
  const std::string score = absl::GetFlag(FLAGS_score);
  if (score != "half" && score != "all") {
    return absl::InvalidArgumentError(absl::StrCat(
        "--score: no such rule: ", score, "; known are half and all"));
  }
  options.score_all = score == "all";
  return options;
}

absl::Status Measure(const PerplexityOptions& options) {
  CatchInterrupt();
  TESSERA_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(absl::GetFlag(FLAGS_file)));
  TESSERA_ASSIGN_OR_RETURN(const PerplexityReport report,
                           MeasurePerplexity(options, text));
  std::string output = PerplexityText(report);
  if (absl::GetFlag(FLAGS_json)) {
    TESSERA_ASSIGN_OR_RETURN(output, PerplexityJson(report));
  }
  std::fwrite(output.data(), 1, output.size(), stdout);
  return absl::OkStatus();  // RunMain sees to errors
}

absl::Status FindArenas(const ModelFinder& models, PerplexityOptions* options) {
  TESSERA_ASSIGN_OR_RETURN(options->arena, models.find(options->arena));
  if (options->base.empty()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(options->base, models.find(options->base));
  return absl::OkStatus();
}

absl::Status Main(int argc, char** argv, const ModelFinder& models) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, {kUsage});
  absl::StatusOr<PerplexityOptions> options = OptionsFromFlags(arguments);
  if (!options.ok()) {
    // What is no model needs no text.
    if (arguments.size() == 1) {
      TESSERA_RETURN_IF_ERROR(models.check(arguments[0]));
    }
    ExitWithUsageError(options.status().message());
  }
  TESSERA_RETURN_IF_ERROR(FindArenas(models, &*options));
  return Measure(*options);
}

}  // namespace

int PerplexityTool(int argc, char** argv, const ModelFinder& models) {
  return RunMain([&] {
    const absl::Status status = Main(argc, argv, models);
    return status.ok() ? 0 : ReportFailure(status);
  });
}

}  // namespace tessera
