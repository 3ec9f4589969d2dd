#include "runtime/llm/run_tool.h"

#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/command_line.h"
#include "base/file_error.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "formats/json/json_big_numbers.h"
#include "formats/json/json_document.h"
#include "runtime/llm/model_flag.h"
#include "runtime/llm/prompt_list.h"
#include "runtime/llm/run_aliases.h"
#include "runtime/llm/run_chat.h"
#include "runtime/llm/run_flags.h"
#include "runtime/llm/run_model.h"
#include "runtime/llm/run_prompts.h"

namespace tessera {
namespace {

using Kind = PromptSource::Kind;

void Print(absl::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

absl::Status TokenizeFile(const TokenizeRequest& request) {
  TESSERA_ASSIGN_OR_RETURN(const std::string text,
                           ReadFileOrStdin(request.file));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<int32_t> ids,
                           TokenizeText(request.arena, text, request.encode));
  Print(absl::StrCat(absl::StrJoin(ids, " "), "\n"));
  return absl::OkStatus();
}

absl::Status PrintTemplate(const TemplateRequest& request) {
  TESSERA_ASSIGN_OR_RETURN(const std::string json,
                           ReadFileOrStdin(request.file));
  if (WithNumbersThatFit(json) != json) {
    return absl::InvalidArgumentError(absl::StrCat(
        request.file,
        ": has a number that JSON or 64 bits cannot hold, which would change"));
  }
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(json);
  if (!document.ok()) return WithPath(request.file, document.status());
  TESSERA_ASSIGN_OR_RETURN(const std::string text,
                           ApplyChatTemplate(request.arena, document->root()));
  Print(text);
  return absl::OkStatus();
}

// The text that comes through a pipe although nobody said so.
absl::StatusOr<std::string> TextOfPipe() {
  const std::string text = ReadPipe();
  if (!text.empty()) return text;
  return absl::InvalidArgumentError(
      "give the text to continue with --prompt, --file or through a pipe, or "
      "hold a conversation with --chat");
}

std::string WithoutLastLineEnd(absl::string_view text) {
  return std::string(absl::StripSuffix(text, "\n"));
}

absl::StatusOr<std::vector<ListedPrompt>> PromptsOf(const RunOptions& options) {
  const PromptSource& source = options.source;
  if (source.kind == Kind::kText) {
    return std::vector<ListedPrompt>{{0, options.prompt}};
  }
  TESSERA_ASSIGN_OR_RETURN(
      const std::string text,
      source.kind == Kind::kPipe ? TextOfPipe() : ReadFileOrStdin(source.path));
  if (source.kind != Kind::kList) {
    return std::vector<ListedPrompt>{{0, WithoutLastLineEnd(text)}};
  }
  std::vector<ListedPrompt> prompts = ReadPromptList(text, source.unescape);
  if (!prompts.empty()) return prompts;
  return absl::InvalidArgumentError(
      absl::StrCat(source.path, ": holds no prompts"));
}

// Ends with wrong usage, unless what the user named is no model: that needs no
// other complaint.
absl::Status RefuseUsage(const absl::Status& usage, const ModelFinder& models,
                         const std::vector<std::string>& arguments) {
  const absl::StatusOr<std::string> model = ModelFromFlags(arguments);
  if (model.ok()) TESSERA_RETURN_IF_ERROR(models.check(*model));
  ExitWithUsageError(usage.message());
}

absl::Status RunText(RunOptions options, const ModelFinder& models,
                     const std::vector<std::string>& arguments) {
  if (options.source.kind == Kind::kConversation) {
    options.model = options.arena;
    TESSERA_ASSIGN_OR_RETURN(options.arena, models.find(options.model));
    return RunChat(options);
  }
  const auto prompts = PromptsOf(options);
  if (!prompts.ok() && options.source.kind == Kind::kPipe) {
    return RefuseUsage(prompts.status(), models, arguments);
  }
  if (!prompts.ok()) return prompts.status();
  options.model = options.arena;
  TESSERA_ASSIGN_OR_RETURN(options.arena, models.find(options.model));
  return RunPrompts(std::move(options), *prompts);
}

absl::Status Main(int argc, char** argv, const ModelFinder& models,
                  absl::string_view usage_text) {
  const std::string usage = UsageFor(models, usage_text);
  const std::vector<std::string> arguments = ParseCommandLine(
      argc, argv, {usage, RunAliases(), WordsFor(models, RunFlagWords())});
  if (WantsTokenization()) {
    auto request = TokenizeRequestFromFlags(arguments);
    if (!request.ok()) ExitWithUsageError(request.status().message());
    TESSERA_ASSIGN_OR_RETURN(request->arena, models.find(request->arena));
    return TokenizeFile(*request);
  }
  if (WantsTemplate()) {
    auto request = TemplateRequestFromFlags(arguments);
    if (!request.ok()) ExitWithUsageError(request.status().message());
    TESSERA_ASSIGN_OR_RETURN(request->arena, models.find(request->arena));
    return PrintTemplate(*request);
  }
  absl::StatusOr<RunOptions> options = RunOptionsFromFlags(arguments);
  if (!options.ok()) return RefuseUsage(options.status(), models, arguments);
  return RunText(*std::move(options), models, arguments);
}

int RunMainWith(int argc, char** argv, const ModelFinder& models,
                absl::string_view usage_text) {
  return RunMain([&] {
    const absl::Status status = Main(argc, argv, models, usage_text);
    return status.ok() ? 0 : ReportFailure(status);
  });
}

}  // namespace

int RunTool(int argc, char** argv, const ModelFinder& models) {
  return RunMainWith(argc, argv, models, RunUsage());
}

int ChatTool(int argc, char** argv, const ModelFinder& models) {
  std::vector<char*> arguments(argv, argv + argc);
  std::string chat = "--chat";
  // A program may be started without its own name.
  if (argc > 0) arguments.insert(arguments.begin() + 1, chat.data());
  const int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  return RunMainWith(count, arguments.data(), models, ChatUsage());
}

}  // namespace tessera
