#include "runtime/llm/run_flags.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "base/byte_size.h"
#include "base/file_error.h"
#include "base/number_flag.h"
#include "base/own_flags.h"
#include "base/parse_flags.h"
#include "base/quoted.h"
#include "base/status_macros.h"

using LimitFlag = tessera::IntegerFlag<-1>;
using CountFlag = tessera::IntegerFlag<0>;
using SeedFlag = tessera::IntegerFlag<-1, UINT32_MAX>;
using ReadersFlag = tessera::IntegerFlag<0, tessera::kMaxReaders>;
using TemperatureFlag = tessera::RealFlag<0, 100'000>;
using ShareFlag = tessera::RealFlag<0, 100>;
using PenaltyFlag = tessera::RealFlag<1, 10'000>;

ABSL_FLAG(std::string, prompt, "", "the text to continue");
ABSL_FLAG(std::string, file, "",
          "a file that holds the text to continue; one line end at its end is "
          "left out");
ABSL_FLAG(LimitFlag, n_predict, {-1},
          "the most tokens to generate; -1: until the model ends its text or "
          "the context is full");
ABSL_FLAG(TemperatureFlag, temperature, {0.8},
          "how freely tokens are chosen, 0 to 1000; 0 always takes the "
          "likeliest");
ABSL_FLAG(CountFlag, top_k, {40},
          "choose among the k likeliest tokens; 0: all");
ABSL_FLAG(ShareFlag, top_p, {0.95},
          "choose among the likeliest tokens that together reach this "
          "probability, 0 to 1; 1: all");
ABSL_FLAG(ShareFlag, min_p, {0.05},
          "drop tokens whose probability is below this share of the "
          "likeliest's, 0 to 1; 0: none");
ABSL_FLAG(PenaltyFlag, repeat_penalty, {1.0},
          "above 1, the last 64 tokens become less likely; 0.01 to 100");
ABSL_FLAG(SeedFlag, seed, {-1},
          "the seed of the random choice: the same seed gives the same text; "
          "-1: from the clock");
ABSL_FLAG(tessera::ThreadsFlag, threads, {0}, "threads; 0: one per CPU");
ABSL_FLAG(CountFlag, ctx_size, {0},
          "tokens that prompt and answer may have together; 0: as many as the "
          "model was trained with, but not more than 4096");
ABSL_FLAG(std::string, huge_pages, "auto",
          "where pages of 2 MiB for the weights come from. auto: the page "
          "cache, shared by all processes; file: the same, for cold sections "
          "too; thp: a private copy in transparent huge pages; hugetlb: a "
          "private copy in the system's pool; off: small pages");
ABSL_FLAG(std::string, populate, "ahead",
          "when to read the weights. ahead: while the first token is computed; "
          "lazy: when they are touched; hot: before it, what every token "
          "needs; all: before it, everything");
ABSL_FLAG(std::string, verify, "none",
          "when to compare the weights with the arena's hashes. none: never; "
          "lazy: each 4 MiB when it is first read; full: all before the first "
          "token");
ABSL_FLAG(std::string, numa, "off",
          "on which NUMA nodes to work. off: where the system wants; "
          "interleave: new pages on all nodes in turn; bind=N: threads and new "
          "pages on node N");
ABSL_FLAG(bool, mlock, false, "keep the weights from being paged out");
ABSL_FLAG(tessera::ByteSize, max_memory, tessera::ByteSize{0},
          "memory for the weights, such as 700MiB or 4G; what does not fit is "
          "read again for every token; 0: what the machine and its control "
          "groups have left");
ABSL_FLAG(ReadersFlag, readers, {0},
          "threads that read weights from the disk at the same time; 0: 4");
ABSL_FLAG(bool, json, false,
          "print one JSON object on stdout at the end, instead of text");
ABSL_FLAG(bool, quiet, false,
          "no progress and no report on stderr; warnings stay");
ABSL_FLAG(bool, ignore_eos, false, "go on where the model ends its text");
ABSL_FLAG(bool, show_prompt, true, "print the prompt before the text");
ABSL_FLAG(std::string, tokenize_file, "",
          "print the token ids of this file on one line, and exit; the arena "
          "needs no weights");
ABSL_FLAG(bool, add_special, false,
          "with --tokenize_file: add the tokens for begin and end of text, as "
          "the model wants them");
ABSL_FLAG(bool, parse_special, false,
          "with --tokenize_file: turn the text of special tokens into them");
ABSL_FLAG(std::string, apply_template, "",
          "print what the model's chat template makes of this JSON file, and "
          "exit; the arena needs no weights. The file holds an object with "
          "messages, tools, documents, add_generation_prompt, chat_template (a "
          "name or a text) and what else the template asks for");
ABSL_FLAG(bool, chat, false,
          "hold a conversation by the model's chat template; with --prompt, "
          "answer once");
ABSL_FLAG(std::string, system, "",
          "with --chat: what the model is told before the conversation");

namespace tessera {
namespace {

absl::StatusOr<std::string> ArenaArgument(
    const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return absl::InvalidArgumentError("no arena given");
  }
  if (arguments.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "one arena expected, but there is also ", Quoted(arguments[1])));
  }
  return arguments[0];
}

// What is given beside `action`, which leaves all others without effect, must
// be of `its_own`.
absl::Status CheckNothingElse(absl::string_view action,
                              absl::Span<const absl::string_view> its_own) {
  for (const auto& [name, value] : ChangedFlags()) {
    if (name == action || name == "quiet" || IsFromEnvironment(name) ||
        std::find(its_own.begin(), its_own.end(), name) != its_own.end()) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "--", name, " has no effect beside --", action, "; leave it out"));
  }
  return absl::OkStatus();
}

absl::Status ReadPromptFlags(RunOptions* options) {
  options->prompt = absl::GetFlag(FLAGS_prompt);
  options->chat = absl::GetFlag(FLAGS_chat);
  options->system_prompt = absl::GetFlag(FLAGS_system);
  if (!options->chat && !options->system_prompt.empty()) {
    return absl::InvalidArgumentError("--system is for --chat");
  }
  if (absl::GetFlag(FLAGS_add_special) || absl::GetFlag(FLAGS_parse_special)) {
    return absl::InvalidArgumentError(
        "--add_special and --parse_special are for --tokenize_file");
  }
  const bool is_given = !options->prompt.empty() || !PromptFile().empty();
  if (!options->prompt.empty() && !PromptFile().empty()) {
    return absl::InvalidArgumentError("give either --prompt or --file");
  }
  if (!options->chat && !is_given) {
    return absl::InvalidArgumentError(
        "give the text to continue with either --prompt or --file, or hold a "
        "conversation with --chat");
  }
  if (options->chat && !is_given && absl::GetFlag(FLAGS_json)) {
    return absl::InvalidArgumentError(
        "--chat with --json answers once: give --prompt or --file");
  }
  return absl::OkStatus();
}

absl::Status ReadSamplerFlags(SamplerOptions* sampler) {
  sampler->temperature = absl::GetFlag(FLAGS_temperature).value;
  sampler->top_k = absl::GetFlag(FLAGS_top_k).value;
  sampler->top_p = absl::GetFlag(FLAGS_top_p).value;
  sampler->min_p = absl::GetFlag(FLAGS_min_p).value;
  sampler->repeat_penalty = absl::GetFlag(FLAGS_repeat_penalty).value;
  const int64_t seed = absl::GetFlag(FLAGS_seed).value;
  // Few digits, so that a person can type it again.
  sampler->seed = seed == -1 ? absl::GetCurrentTimeNanos() / 1000 % 1'000'000
                             : static_cast<uint64_t>(seed);
  return CheckSamplerOptions(*sampler);
}

void ReadLimitFlags(RunOptions* options) {
  options->generate.n_predict = absl::GetFlag(FLAGS_n_predict).value;
  options->generate.ignore_eos = absl::GetFlag(FLAGS_ignore_eos);
  options->threads = static_cast<int>(absl::GetFlag(FLAGS_threads).value);
  options->ctx_size = absl::GetFlag(FLAGS_ctx_size).value;
}

// "--huge_pages: " before the message of a word that was not understood.
template <typename Value>
absl::Status Take(absl::string_view flag, absl::StatusOr<Value> value,
                  Value* result) {
  if (!value.ok()) return WithPath(absl::StrCat("--", flag), value.status());
  *result = *std::move(value);
  return absl::OkStatus();
}

absl::Status ReadLoadFlags(RunOptions* options) {
  LoadOptions& load = options->load;
  TESSERA_RETURN_IF_ERROR(
      Take("huge_pages", HugePagesFromWord(absl::GetFlag(FLAGS_huge_pages)),
           &load.huge_pages));
  TESSERA_RETURN_IF_ERROR(Take("populate",
                               PopulateFromWord(absl::GetFlag(FLAGS_populate)),
                               &load.populate));
  TESSERA_RETURN_IF_ERROR(Take(
      "verify", VerifyFromWord(absl::GetFlag(FLAGS_verify)), &load.verify));
  TESSERA_RETURN_IF_ERROR(Take(
      "numa", NumaPolicyFromWord(absl::GetFlag(FLAGS_numa)), &options->numa));
  load.mlock = absl::GetFlag(FLAGS_mlock);
  load.memory_bytes = absl::GetFlag(FLAGS_max_memory).bytes;
  load.readers = static_cast<int>(absl::GetFlag(FLAGS_readers).value);
  return absl::OkStatus();
}

}  // namespace

absl::string_view RunUsage() {
  return R"(Continues a text with the language model in an arena.

  run model.arena --prompt "Once upon a time" --n_predict 64
  run model.arena --file prompt.txt --temperature 0 --json
  run model.arena --chat --system "You are a pirate."
  run model.arena --chat --prompt "Who are you?"
  run model.arena --apply_template conversation.json
  run model.arena --tokenize_file text.txt

usage: run [flags] ARENA

The text goes to stdout as it comes, a report of speed and memory to stderr.
In a conversation, a line that ends in a backslash goes on in the next one, and
lines between two lines of """ are one message; /help lists the commands.
Ctrl-C stops an answer, Ctrl-D ends the conversation.
Make an arena from GGUF or safetensors with convert.)";
}

bool WantsTemplate() { return !absl::GetFlag(FLAGS_apply_template).empty(); }

bool WantsTokenization() { return !absl::GetFlag(FLAGS_tokenize_file).empty(); }

std::string PromptFile() { return absl::GetFlag(FLAGS_file); }

absl::StatusOr<RunOptions> RunOptionsFromFlags(
    const std::vector<std::string>& arguments) {
  RunOptions options;
  TESSERA_ASSIGN_OR_RETURN(options.arena, ArenaArgument(arguments));
  TESSERA_RETURN_IF_ERROR(ReadPromptFlags(&options));
  TESSERA_RETURN_IF_ERROR(ReadSamplerFlags(&options.sampler));
  ReadLimitFlags(&options);
  TESSERA_RETURN_IF_ERROR(ReadLoadFlags(&options));
  options.json = absl::GetFlag(FLAGS_json);
  options.quiet = absl::GetFlag(FLAGS_quiet);
  options.show_prompt = absl::GetFlag(FLAGS_show_prompt);
  return options;
}

absl::StatusOr<TemplateRequest> TemplateRequestFromFlags(
    const std::vector<std::string>& arguments) {
  TemplateRequest request;
  TESSERA_ASSIGN_OR_RETURN(request.arena, ArenaArgument(arguments));
  TESSERA_RETURN_IF_ERROR(CheckNothingElse("apply_template", {}));
  request.file = absl::GetFlag(FLAGS_apply_template);
  return request;
}

absl::StatusOr<TokenizeRequest> TokenizeRequestFromFlags(
    const std::vector<std::string>& arguments) {
  TokenizeRequest request;
  TESSERA_ASSIGN_OR_RETURN(request.arena, ArenaArgument(arguments));
  TESSERA_RETURN_IF_ERROR(
      CheckNothingElse("tokenize_file", {"add_special", "parse_special"}));
  request.file = absl::GetFlag(FLAGS_tokenize_file);
  request.encode.add_special = absl::GetFlag(FLAGS_add_special);
  request.encode.parse_special = absl::GetFlag(FLAGS_parse_special);
  return request;
}

}  // namespace tessera
