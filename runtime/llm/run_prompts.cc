#include "runtime/llm/run_prompts.h"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/counted.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "base/tool_name.h"
#include "runtime/llm/run_model.h"
#include "runtime/llm/run_report.h"
#include "runtime/llm/token_report.h"

namespace tessera {
namespace {

void PrintNow(absl::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// What people hear of who do not see the report.
void PrintWarnings(const RunOptions& options, const RunReport& report) {
  if (report.load().streamed_bytes() == 0) return;
  PrintMessage(absl::StrCat(
      "warning: ", options.name(), ": memory is too small for the model; ",
      HumanBytes(static_cast<uint64_t>(report.load().streamed_bytes())),
      " are read again for every token"));
}

class Printer {
 public:
  explicit Printer(RunOptions options)
      : options_(std::move(options)),
        is_list_(options_.source.kind == PromptSource::Kind::kList) {
    options_.generate.wants_stop = WasInterrupted;
    if (options_.json_lines) {
      options_.generate.on_token = [this](const GeneratedToken& token) {
        PrintToken(token);
      };
    }
  }

  absl::Status Run(absl::Span<const ListedPrompt> prompts) {
    TESSERA_ASSIGN_OR_RETURN(runner_, TextRunner::Create(options_));
    size_t failed = 0;
    for (const ListedPrompt& prompt : prompts) {
      const absl::Status status = RunOne(prompt);
      // Ctrl-C, which the exit code tells.
      if (WasInterrupted() && (status.ok() || absl::IsCancelled(status))) {
        return absl::OkStatus();
      }
      if (!is_list_ && !status.ok()) return status;
      if (!status.ok()) {
        TESSERA_RETURN_IF_ERROR(ReportPrompt(prompt, status));
        ++failed;
      }
      ++index_;
    }
    if (failed == 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(Source(), ": ", failed, " of ",
                     Counted(prompts.size(), "prompt"), " failed"));
  }

 private:
  std::string Source() const {
    return options_.source.path == "-" ? "stdin" : options_.source.path;
  }

  absl::Status RunOne(const ListedPrompt& prompt) {
    TESSERA_RETURN_IF_ERROR(prompt.text.status());
    const bool is_text = !options_.json && !options_.json_lines;
    absl::StatusOr<RunReport> report =
        runner_->Run(*prompt.text, [&](absl::string_view text) {
          if (is_text) PrintText(text);
        });
    if (!report.ok()) return report.status();
    if (is_text) {
      PrintText("\n");
      is_after_text_ = true;
      if (options_.quiet || is_list_) {
        if (index_ == 0) PrintWarnings(options_, *report);
      } else {
        std::fputs(absl::StrCat("\n", ReportText(*report)).c_str(), stderr);
      }
      return absl::OkStatus();
    }
    if (index_ == 0) PrintWarnings(options_, *report);
    if (is_list_) report->set_index(static_cast<uint32_t>(index_));
    TESSERA_ASSIGN_OR_RETURN(const std::string json, ReportJson(*report));
    PrintNow(json);
    return absl::OkStatus();
  }

  // After the empty line that parts it from the text of another prompt.
  void PrintText(absl::string_view text) {
    if (std::exchange(is_after_text_, false)) PrintNow("\n");
    PrintNow(text);
  }

  void PrintToken(const GeneratedToken& token) {
    RunReport::Token line = TokenProto(
        token.probabilities, ValidUtf8(token.text), runner_->tokenizer());
    if (token.id >= 0) line.set_id(token.id);
    if (is_list_) line.set_index(static_cast<uint32_t>(index_));
    const absl::StatusOr<std::string> json = TokenJson(line);
    if (json.ok()) PrintNow(*json);
  }

  // A prompt of a list that could not be continued.
  absl::Status ReportPrompt(const ListedPrompt& prompt,
                            const absl::Status& status) {
    const std::string error =
        absl::StrCat(Source(), ": line ", prompt.line, ": ", status.message());
    PrintMessage(absl::StrCat(ToolName(), ": ", error));
    if (!options_.json && !options_.json_lines) return absl::OkStatus();
    TESSERA_ASSIGN_OR_RETURN(const std::string json,
                             PromptErrorJson(index_, error));
    PrintNow(json);
    return absl::OkStatus();
  }

  RunOptions options_;
  const bool is_list_;
  std::unique_ptr<TextRunner> runner_;
  int64_t index_ = 0;  // of the prompt
  bool is_after_text_ = false;
};

}  // namespace

absl::Status RunPrompts(RunOptions options,
                        absl::Span<const ListedPrompt> prompts) {
  CatchInterrupt();
  return Printer(std::move(options)).Run(prompts);
}

}  // namespace tessera
