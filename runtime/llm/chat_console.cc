#include "runtime/llm/chat_console.h"

#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/counted.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "base/quoted.h"
#include "runtime/llm/line_reader.h"
#include "runtime/llm/message_reader.h"

namespace tessera {
namespace {

constexpr absl::string_view kHelp =
    "/help    this list\n"
    "/clear   forget what has been said, but not the system prompt\n"
    "/regen   another answer to the last message\n"
    "/exit    end; Ctrl-D too\n"
    "A line that ends in \\ goes on in the next one. Lines between two lines "
    "of\n"
    "\"\"\" are one message. Ctrl-C stops an answer.\n";

void Print(std::FILE* file, absl::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

std::string StatisticsLine(const ChatAnswer& answer) {
  std::string line = absl::StrFormat(
      "[prompt %s, %d new; answer %s",
      Counted(answer.kept_tokens + answer.prompt_tokens, "token"),
      answer.prompt_tokens, Counted(answer.answer_tokens, "token"));
  if (answer.decode_seconds > 0 && answer.decode_steps > 0) {
    absl::StrAppendFormat(
        &line, ", %.1f tokens/s",
        static_cast<double>(answer.decode_steps) / answer.decode_seconds);
  }
  if (answer.stop == StopReason::kStopped) absl::StrAppend(&line, "; stopped");
  if (answer.stop == StopReason::kContextFull) {
    absl::StrAppend(&line, "; the context is full");
  }
  return absl::StrCat(line, "]\n");
}

class Console {
 public:
  Console(ChatSession* session, bool quiet)
      : session_(*session),
        quiet_(quiet),
        is_terminal_(isatty(STDIN_FILENO) == 1),
        lines_(STDIN_FILENO),
        messages_(&lines_, is_terminal_ ? MessageReader::Prompts{"> ", ". "}
                                        : MessageReader::Prompts{}) {}

  absl::Status Run() {
    if (is_terminal_) Say("Type a message; /help lists the commands.\n");
    std::string message;
    bool is_block = false;
    while (true) {
      const LineReader::Result result = messages_.Read(
          [](absl::string_view prompt) { Print(stderr, prompt); }, &message,
          &is_block);
      if (result == LineReader::Result::kEnd) {
        if (is_terminal_) Print(stderr, "\n");
        return absl::OkStatus();
      }
      if (result == LineReader::Result::kInterrupted) {
        if (WasInterrupted() && IsSecondInterrupt()) return absl::OkStatus();
        continue;
      }
      interrupted_ = false;
      ForgetInterrupt();
      if (absl::StripAsciiWhitespace(message).empty()) continue;
      const bool is_command = !is_block && absl::StartsWith(message, "/");
      const absl::Status status =
          is_command ? Command(absl::StripAsciiWhitespace(message))
                     : Answer(&message);
      if (ended_) return absl::OkStatus();
      if (!status.ok() && !is_terminal_) return status;
      if (!status.ok()) PrintMessage(status.message());
    }
  }

 private:
  void Say(absl::string_view text) const {
    if (!quiet_) Print(stderr, text);
  }

  // The second one stays: the exit code tells it.
  bool IsSecondInterrupt() {
    Print(stderr, "\n");
    if (interrupted_) return true;
    ForgetInterrupt();
    interrupted_ = true;
    Say("Press Ctrl-C again, or Ctrl-D, to end.\n");
    return false;
  }

  absl::Status Command(absl::string_view command) {
    if (command == "/help") {
      Print(stderr, kHelp);
    } else if (command == "/clear") {
      session_.Clear();
      Say("[all forgotten]\n");
    } else if (command == "/exit") {
      ended_ = true;
    } else if (command == "/regen") {
      return Answer(nullptr);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown command ", Quoted(command),
                       "; /help lists them, and text between lines of \"\"\" "
                       "is no command"));
    }
    return absl::OkStatus();
  }

  // To `message`, or to the last one again if that is null.
  absl::Status Answer(std::string* message) {
    bool ends_line = true;
    const auto show = [&](absl::string_view text) {
      Print(stdout, text);
      ends_line = absl::EndsWith(text, "\n");
    };
    const absl::StatusOr<ChatAnswer> answer =
        message == nullptr ? session_.AnswerAgain(show)
                           : session_.Answer(std::move(*message), show);
    ForgetInterrupt();
    if (absl::IsCancelled(answer.status())) {
      Say("\n[stopped before an answer]\n");
      return absl::OkStatus();
    }
    if (!answer.ok()) return answer.status();
    if (!ends_line || answer->text.empty()) Print(stdout, "\n");
    if (answer->forgotten_turns > 0) {
      // Told also if quiet: answers are not what they would have been.
      Print(stderr, absl::StrCat("[the context is full: the oldest ",
                                 answer->forgotten_turns == 1
                                     ? "turn is"
                                     : absl::StrCat(answer->forgotten_turns,
                                                    " turns are"),
                                 " forgotten]\n"));
    }
    Say(StatisticsLine(*answer));
    return absl::OkStatus();
  }

  ChatSession& session_;
  const bool quiet_;
  const bool is_terminal_;
  LineReader lines_;
  MessageReader messages_;
  bool interrupted_ = false;  // at this prompt
  bool ended_ = false;
};

}  // namespace

absl::Status HoldConversation(ChatSession* session, bool quiet) {
  return Console(session, quiet).Run();
}

}  // namespace tessera
