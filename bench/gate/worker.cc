#include "bench/gate/worker.h"

#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/quoted.h"
#include "bench/gate/gate_row.h"

namespace tessera {
namespace {

std::string Failure(const absl::Status& status) {
  return absl::StrCat(absl::IsUnimplemented(status) ? "unknown " : "error ",
                      absl::StrReplaceAll(status.message(), {{"\n", " "}}));
}

std::string NotUnderstood(absl::string_view line) {
  return absl::StrCat("unknown command ", Quoted(line));
}

}  // namespace

std::string Worker::Answer(absl::string_view line) {
  const std::pair<absl::string_view, absl::string_view> words =
      absl::StrSplit(line, absl::MaxSplits(' ', 1));
  if (words.first == "open") return Open(words.second);
  if (words.first == "sample") return Sample(words.second);
  int id;
  if (words.first == "close" && absl::SimpleAtoi(words.second, &id)) {
    sampler_.Close(id);
    return "ok";
  }
  return NotUnderstood(line);
}

std::string Worker::Open(absl::string_view arguments) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(arguments, absl::MaxSplits(' ', 2));
  int id;
  int cpu;
  if (words.size() != 3 || !absl::SimpleAtoi(words[0], &id) ||
      !absl::SimpleAtoi(words[1], &cpu) || cpu < 0) {
    return NotUnderstood(arguments);
  }
  const absl::StatusOr<GateRow> row = GateRow::Parse(words[2]);
  // What this build does not know: a type or layout that came later.
  if (!row.ok()) return absl::StrCat("unknown ", row.status().message());
  const absl::Status status = sampler_.Open(id, cpu, *row);
  return status.ok() ? "ok" : Failure(status);
}

std::string Worker::Sample(absl::string_view arguments) {
  const std::pair<absl::string_view, absl::string_view> words =
      absl::StrSplit(arguments, absl::MaxSplits(' ', 1));
  int id;
  double seconds;
  if (!absl::SimpleAtoi(words.first, &id) ||
      !absl::SimpleAtod(words.second, &seconds) || !(seconds >= 0)) {
    return NotUnderstood(arguments);
  }
  const absl::StatusOr<double> ns = sampler_.Sample(id, seconds);
  return ns.ok() ? absl::StrFormat("time %.17g", *ns) : Failure(ns.status());
}

void Worker::Serve(FILE* in, FILE* out) {
  const auto say = [out](absl::string_view line) {
    std::fputs(absl::StrCat(line, "\n").c_str(), out);
    std::fflush(out);
  };
  say(kWorkerGreeting);
  char* line = nullptr;
  size_t capacity = 0;
  while (true) {
    const ssize_t size = getline(&line, &capacity, in);
    if (size <= 0) break;
    const absl::string_view text(line,
                                 line[size - 1] == '\n' ? size - 1 : size);
    if (text == "quit") break;
    say(Answer(text));
  }
  std::free(line);
}

}  // namespace tessera
