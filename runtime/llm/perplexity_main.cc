// perplexity: how well the language model in an arena predicts a text.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/command_line.h"
#include "base/interrupt.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "runtime/llm/measure_perplexity.h"
#include "runtime/llm/perplexity_report.h"

ABSL_FLAG(std::string, file, "", "the text");
ABSL_FLAG(std::string, base, "",
          "an arena of the same model, with more bits as a rule, to compare "
          "the probabilities of all tokens with");
ABSL_FLAG(int64_t, ctx_size, 512,
          "tokens of a window; each window is a text of its own");
ABSL_FLAG(std::string, score, "half",
          "half: the second half of each window, whose tokens have much before "
          "them, as llama-perplexity does; all: all tokens");
ABSL_FLAG(int64_t, windows, 0, "windows to read at most; 0: the whole text");
ABSL_FLAG(int32_t, threads, 0, "threads; 0: one per CPU");
ABSL_FLAG(int64_t, max_memory, 0,
          "bytes for the weights of each arena; what does not fit is read "
          "again for every piece of text; 0: what the machine and its control "
          "groups have left");
ABSL_FLAG(bool, json, false, "print one JSON object on stdout");
ABSL_FLAG(bool, quiet, false, "no progress on stderr");

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

constexpr int kMaxThreads = 4096;
constexpr int64_t kMaxCtxSize = int64_t{1} << 20;

absl::Status CheckRange(absl::string_view flag, int64_t value, int64_t least,
                        int64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--", flag, " is ", value, ", expected ", least, " to ", most));
}

absl::StatusOr<PerplexityOptions> OptionsFromFlags(
    const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected one ARENA, got ", arguments.size()));
  }
  if (absl::GetFlag(FLAGS_file).empty()) {
    return absl::InvalidArgumentError("give the text with --file");
  }
  PerplexityOptions options;
  options.arena = arguments[0];
  options.base = absl::GetFlag(FLAGS_base);
  options.ctx_size = absl::GetFlag(FLAGS_ctx_size);
  options.max_windows = absl::GetFlag(FLAGS_windows);
  options.threads = absl::GetFlag(FLAGS_threads);
  options.quiet = absl::GetFlag(FLAGS_quiet);
  const int64_t max_memory = absl::GetFlag(FLAGS_max_memory);
  options.load.memory_bytes = static_cast<uint64_t>(max_memory);
  TESSERA_RETURN_IF_ERROR(
      CheckRange("ctx_size", options.ctx_size, 2, kMaxCtxSize));
  TESSERA_RETURN_IF_ERROR(
      CheckRange("windows", options.max_windows, 0, INT64_MAX));
  TESSERA_RETURN_IF_ERROR(
      CheckRange("threads", options.threads, 0, kMaxThreads));
  TESSERA_RETURN_IF_ERROR(CheckRange("max_memory", max_memory, 0, INT64_MAX));
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

int Main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, kUsage);
  const absl::StatusOr<PerplexityOptions> options = OptionsFromFlags(arguments);
  if (!options.ok()) ExitWithUsageError(options.status().message());
  const absl::Status status = Measure(*options);
  return status.ok() ? 0 : ReportFailure(status);
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] { return tessera::Main(argc, argv); });
}
