#include "runtime/llm/perplexity_tool.h"

#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/byte_size.h"
#include "base/command_line.h"
#include "base/interrupt.h"
#include "base/number_flag.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "runtime/llm/measure_perplexity.h"
#include "runtime/llm/model_flag.h"
#include "runtime/llm/perplexity_report.h"
#include "runtime/llm/run_aliases.h"

using WindowFlag = tessera::IntegerFlag<2, 1 << 20>;
using CountFlag = tessera::IntegerFlag<0>;

ABSL_FLAG(std::string, file, "",
          "the file that holds the text, or - for stdin; without it, the text "
          "is what comes through a pipe");
ABSL_FLAG(std::string, base, "",
          "an arena of the same model, usually with more bits, whose "
          "probabilities of all tokens are compared with the other's");
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
    R"(Measures how well a language model predicts a text.

  perplexity model.arena --file text.txt
  perplexity -m model.arena -f text.txt
  xz -dc text.xz | perplexity model.arena
  perplexity q4.arena --file text.txt --base f16.arena
  perplexity model.arena -f text.txt -c 2048 --score all --json

usage: perplexity [flags] ARENA

Prints the mean negative log likelihood per token, in nats, and its exponential,
the perplexity, each with its standard error. With --base both models read the
text side by side, and the Kullback-Leibler divergence of the base's
probabilities from the other's shows what quantization has cost.

ADVICE
)";

constexpr absl::string_view kOther =
    "other measures than perplexity and the divergence of --base are not there";

// Short names, and those of llama-perplexity.
constexpr FlagAlias kAliases[] = {
    {"m", "model"},
    {"f", "file"},
    {"c", "ctx_size"},
    {"t", "threads"},
    {"chunks", "windows"},
    {"ppl_stride", "", "windows do not overlap; see --score"},
    {"s", "", "nothing is random; leave it out"},
    {"seed", "", "nothing is random; leave it out"},
    {"mlock", "", "a text is read once; leave it out"},
    {"ppl_output_type", "", "see --json"},
    {"b", "", "a batch is a window or a part of one; leave it out"},
    {"batch_size", "", "a batch is a window or a part of one; leave it out"},
    {"ub", "", "a batch is a window or a part of one; leave it out"},
    {"kl_divergence", "", "--base with the other model's arena measures it"},
    {"kl_divergence_base", "",
     "--base with the other model's arena measures it without a file"},
    {"hellaswag", "", kOther},
    {"winogrande", "", kOther},
    {"multiple_choice", "", kOther},
};

constexpr FlagWords kWords[] = {{"score", "half all"}};

absl::StatusOr<PerplexityOptions> OptionsFromFlags(
    const std::vector<std::string>& arguments) {
  PerplexityOptions options;
  TESSERA_ASSIGN_OR_RETURN(options.arena, ModelFromFlags(arguments));
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

// The text of --file or, if nobody said, of stdin.
absl::StatusOr<std::string> ReadText() {
  const std::string file = absl::GetFlag(FLAGS_file);
  if (!file.empty()) return ReadFileOrStdin(file);
  const std::string text = ReadPipe();
  if (!text.empty()) return text;
  ExitWithUsageError("give the text with --file or through a pipe");
}

absl::Status Measure(const PerplexityOptions& options,
                     const std::string& text) {
  CatchInterrupt();
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
  const std::string usage = UsageFor(models, kUsage);
  const std::vector<std::string> arguments = ParseCommandLine(
      argc, argv, {usage, WithRefused(kAliases), WordsFor(models, kWords)});
  absl::StatusOr<PerplexityOptions> options = OptionsFromFlags(arguments);
  if (!options.ok()) {
    // What is no model needs no other complaint.
    const auto model = ModelFromFlags(arguments);
    if (model.ok()) TESSERA_RETURN_IF_ERROR(models.check(*model));
    ExitWithUsageError(options.status().message());
  }
  TESSERA_RETURN_IF_ERROR(models.check(options->arena));
  TESSERA_ASSIGN_OR_RETURN(const std::string text, ReadText());
  TESSERA_RETURN_IF_ERROR(FindArenas(models, &*options));
  return Measure(*options, text);
}

}  // namespace

int PerplexityTool(int argc, char** argv, const ModelFinder& models) {
  return RunMain([&] {
    const absl::Status status = Main(argc, argv, models);
    return status.ok() ? 0 : ReportFailure(status);
  });
}

}  // namespace tessera
