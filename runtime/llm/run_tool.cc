#include "runtime/llm/run_tool.h"

#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/command_line.h"
#include "base/file_error.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "base/progress.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "formats/json/json_big_numbers.h"
#include "formats/json/json_document.h"
#include "runtime/llm/run_chat.h"
#include "runtime/llm/run_flags.h"
#include "runtime/llm/run_model.h"
#include "runtime/llm/run_report.h"

namespace tessera {
namespace {

void PrintNow(absl::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

absl::Status TokenizeFile(const TokenizeRequest& request) {
  TESSERA_ASSIGN_OR_RETURN(const std::string text, ReadFile(request.file));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<int32_t> ids,
                           TokenizeText(request.arena, text, request.encode));
  PrintNow(absl::StrCat(absl::StrJoin(ids, " "), "\n"));
  return absl::OkStatus();
}

absl::Status PrintTemplate(const TemplateRequest& request) {
  TESSERA_ASSIGN_OR_RETURN(const std::string json, ReadFile(request.file));
  if (WithNumbersThatFit(json) != json) {
    return absl::InvalidArgumentError(absl::StrCat(
        request.file,
        ": has a number that JSON or 64 bits cannot hold, which would change"));
  }
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(json);
  if (!document.ok()) return WithPath(request.file, document.status());
  TESSERA_ASSIGN_OR_RETURN(const std::string text,
                           ApplyChatTemplate(request.arena, document->root()));
  PrintNow(text);
  return absl::OkStatus();
}

// Ctrl-C ends the text, not the program, which gives what there is.
void EndWhenInterrupted(RunOptions* options) {
  CatchInterrupt();
  options->generate.wants_stop = WasInterrupted;
}

// What people hear of who do not see the report.
void PrintWarnings(const RunOptions& options, const RunReport& report) {
  if (report.load().streamed_bytes() == 0) return;
  PrintMessage(absl::StrCat(
      "warning: ", options.arena, ": memory is too small for the model; ",
      HumanBytes(static_cast<uint64_t>(report.load().streamed_bytes())),
      " are read again for every token"));
}

absl::Status RunWithText(const RunOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const RunReport report, RunModel(options, PrintNow));
  PrintNow("\n");
  if (options.quiet) {
    PrintWarnings(options, report);
  } else {
    std::fputs(absl::StrCat("\n", ReportText(report)).c_str(), stderr);
  }
  return absl::OkStatus();
}

absl::Status RunWithJson(const RunOptions& options) {
  TESSERA_ASSIGN_OR_RETURN(const RunReport report,
                           RunModel(options, [](absl::string_view) {}));
  PrintWarnings(options, report);
  TESSERA_ASSIGN_OR_RETURN(const std::string json, ReportJson(report));
  PrintNow(json);
  return absl::OkStatus();
}

absl::Status ReadPrompt(RunOptions* options) {
  if (PromptFile().empty()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(options->prompt, ReadFile(PromptFile()));
  options->prompt = std::string(absl::StripSuffix(options->prompt, "\n"));
  return absl::OkStatus();
}

absl::Status Main(int argc, char** argv, const ModelFinder& models) {
  const std::vector<std::string> arguments =
      ParseCommandLine(argc, argv, {RunUsage()});
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
  if (!options.ok()) {
    // What is no model needs no text.
    if (arguments.size() == 1) {
      TESSERA_RETURN_IF_ERROR(models.check(arguments[0]));
    }
    ExitWithUsageError(options.status().message());
  }
  TESSERA_RETURN_IF_ERROR(ReadPrompt(&*options));
  TESSERA_ASSIGN_OR_RETURN(options->arena, models.find(options->arena));
  if (options->chat && options->prompt.empty()) return RunChat(*options);
  EndWhenInterrupted(&*options);
  return options->json ? RunWithJson(*options) : RunWithText(*options);
}

}  // namespace

int RunTool(int argc, char** argv, const ModelFinder& models) {
  return RunMain([&] {
    const absl::Status status = Main(argc, argv, models);
    return status.ok() ? 0 : ReportFailure(status);
  });
}

}  // namespace tessera
