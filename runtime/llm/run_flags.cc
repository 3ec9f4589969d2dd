#include "runtime/llm/run_flags.h"

#include <algorithm>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/own_flags.h"
#include "base/parse_flags.h"
#include "base/status_macros.h"
#include "runtime/llm/generate_flags.h"
#include "runtime/llm/input_flags.h"
#include "runtime/llm/load_flags.h"
#include "runtime/llm/model_flag.h"
#include "runtime/llm/rope_flags.h"
#include "runtime/llm/sampler_flags.h"

ABSL_FLAG(bool, json, false,
          "print one JSON object on stdout at the end, instead of text");
ABSL_FLAG(bool, json_lines, false,
          "print one JSON object per token as it comes, and then that of "
          "--json, one per line");
ABSL_FLAG(bool, quiet, false,
          "no progress and no report on stderr; warnings stay");
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

namespace tessera {
namespace {

// What is given beside `action`, which leaves all others without effect, must
// be of `its_own`.
absl::Status CheckNothingElse(absl::string_view action,
                              absl::Span<const absl::string_view> its_own) {
  for (const auto& [name, value] : ChangedFlags()) {
    if (name == action || name == "quiet" || name == "model" ||
        IsFromEnvironment(name) ||
        std::find(its_own.begin(), its_own.end(), name) != its_own.end()) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "--", name, " has no effect beside --", action, "; leave it out"));
  }
  return absl::OkStatus();
}

absl::Status CheckOutputFlags(const RunOptions& options) {
  if (absl::GetFlag(FLAGS_add_special) || absl::GetFlag(FLAGS_parse_special)) {
    return absl::InvalidArgumentError(
        "--add_special and --parse_special are for --tokenize_file");
  }
  if (options.json && options.json_lines) {
    return absl::InvalidArgumentError("give either --json or --json_lines");
  }
  const bool is_conversation =
      options.source.kind == PromptSource::Kind::kConversation;
  if (is_conversation && (options.json || options.json_lines)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--chat with --json", options.json ? "" : "_lines",
                     " answers once: give --prompt, --file or --prompts"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view RunUsage() {
  return R"(Continues a text with a language model.

  run model.arena --prompt "Once upon a time" --n_predict 64
  run -m model.arena -p "Once upon a time" -n 64
  echo "Once upon a time" | run model.arena
  run model.arena --file prompt.txt --temperature 0 --json
  run model.arena --prompts prompts.txt --json_lines
  run model.arena --chat --system "You are a pirate."
  run model.arena --chat --prompt "Who are you?"
  run model.arena --apply_template conversation.json
  run model.arena --tokenize_file text.txt

usage: run [flags] ARENA

The text goes to stdout as it comes, a report of speed and memory to stderr.
Without a flag for it, the text to continue is what comes through a pipe.
In a conversation, a line that ends in a backslash goes on in the next one, and
lines between two lines of """ are one message; /help lists the commands.
Ctrl-C stops an answer, Ctrl-D ends the conversation.
ADVICE)";
}

absl::string_view ChatUsage() {
  return R"(Holds a conversation with a language model, by its own chat template.

  chat model.arena
  chat model.arena --system "You are a pirate."
  chat model.arena --prompt "Who are you?"
  chat model.arena --context_shift

usage: chat [flags] ARENA

With --prompt or --file it answers once. A line that ends in a backslash goes on
in the next one, and lines between two lines of """ are one message; /help lists
the commands. Ctrl-C stops an answer, Ctrl-D ends the conversation.
ADVICE)";
}

bool WantsTemplate() { return !absl::GetFlag(FLAGS_apply_template).empty(); }

bool WantsTokenization() { return !absl::GetFlag(FLAGS_tokenize_file).empty(); }

absl::StatusOr<RunOptions> RunOptionsFromFlags(
    const std::vector<std::string>& arguments) {
  RunOptions options;
  TESSERA_ASSIGN_OR_RETURN(options.arena, ModelFromFlags(arguments));
  options.json = absl::GetFlag(FLAGS_json);
  options.json_lines = absl::GetFlag(FLAGS_json_lines);
  options.quiet = absl::GetFlag(FLAGS_quiet);
  options.show_prompt = absl::GetFlag(FLAGS_show_prompt);
  TESSERA_RETURN_IF_ERROR(ReadInputFlags(&options));
  TESSERA_RETURN_IF_ERROR(CheckOutputFlags(options));
  TESSERA_RETURN_IF_ERROR(ReadSamplerFlags(&options));
  TESSERA_RETURN_IF_ERROR(ReadGenerateFlags(&options));
  TESSERA_RETURN_IF_ERROR(ReadLoadFlags(&options));
  TESSERA_ASSIGN_OR_RETURN(options.rope, RopeOverridesFromFlags());
  return options;
}

absl::StatusOr<TemplateRequest> TemplateRequestFromFlags(
    const std::vector<std::string>& arguments) {
  TemplateRequest request;
  TESSERA_ASSIGN_OR_RETURN(request.arena, ModelFromFlags(arguments));
  TESSERA_RETURN_IF_ERROR(CheckNothingElse("apply_template", {}));
  request.file = absl::GetFlag(FLAGS_apply_template);
  return request;
}

absl::StatusOr<TokenizeRequest> TokenizeRequestFromFlags(
    const std::vector<std::string>& arguments) {
  TokenizeRequest request;
  TESSERA_ASSIGN_OR_RETURN(request.arena, ModelFromFlags(arguments));
  TESSERA_RETURN_IF_ERROR(
      CheckNothingElse("tokenize_file", {"add_special", "parse_special"}));
  request.file = absl::GetFlag(FLAGS_tokenize_file);
  request.encode.add_special = absl::GetFlag(FLAGS_add_special);
  request.encode.parse_special = absl::GetFlag(FLAGS_parse_special);
  return request;
}

}  // namespace tessera
