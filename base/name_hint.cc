#include "base/name_hint.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/shell_quoted.h"

namespace tessera {
namespace {

// Of Firefox and curl wrappers, Chromium, Hugging Face's library, Safari,
// Opera, torrent programs, aria2, wget wrappers.
constexpr absl::string_view kUnfinished[] = {
    ".part",       ".crdownload", ".incomplete", ".download",
    ".opdownload", ".!ut",        ".!qB",        ".aria2",
    ".tmp",        ".filepart",   ".partial",    ".unconfirmed"};

bool AllDigits(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool AllLowerLetters(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), absl::ascii_islower);
}

// True for "part1of2", "part-a", "split-b", "aa", "001": the last part of the
// name of a piece.
bool IsPiece(absl::string_view end) {
  for (const absl::string_view word : {"part", "split", "-part", "-split"}) {
    if (!absl::StartsWith(end, word)) continue;
    end.remove_prefix(word.size());
    if (!end.empty() && (end[0] == '-' || end[0] == '_')) end.remove_prefix(1);
    const size_t of = end.find("of");
    return of == absl::string_view::npos
               ? AllDigits(end) || (AllLowerLetters(end) && end.size() <= 3)
               : AllDigits(end.substr(0, of));
  }
  return (end.size() == 2 && AllLowerLetters(end) && end[0] == 'a') ||
         (end.size() >= 2 && end.size() <= 3 && AllDigits(end));
}

// The name of the whole of which `name` is a piece, or nothing.
absl::string_view WholeOf(absl::string_view name) {
  for (const absl::string_view kind :
       {".gguf", ".safetensors", ".arena", ".bin"}) {
    const size_t at = name.rfind(kind);
    if (at == absl::string_view::npos) continue;
    const size_t end = at + kind.size();
    if (end + 1 < name.size() && (name[end] == '.' || name[end] == '-') &&
        IsPiece(name.substr(end + 1))) {
      return name.substr(0, end);
    }
  }
  return "";
}

}  // namespace

std::string NameHint(const std::string& path) {
  for (const absl::string_view end : kUnfinished) {
    if (absl::EndsWithIgnoreCase(path, end)) {
      return "its name says that the download is not finished";
    }
  }
  std::error_code error;
  for (const char* end : {".aria2", ".part", ".crdownload", ".incomplete"}) {
    const std::string beside = absl::StrCat(path, end);
    if (std::filesystem::exists(beside, error)) {
      return absl::StrCat("the download is not finished: ", beside,
                          " lies beside it");
    }
  }
  const absl::string_view whole = WholeOf(path);
  if (whole.empty()) return "";
  return absl::StrCat(
      "its name says that it is a piece of a file; join all pieces first: cat ",
      ShellQuoted(whole), path[whole.size()] == '.' ? ".* > " : "-* > ",
      ShellQuoted(whole));
}

absl::Status WithNameHint(const std::string& path, const absl::Status& status) {
  if (!absl::IsDataLoss(status) && !absl::IsInvalidArgument(status)) {
    return status;
  }
  const std::string hint = NameHint(path);
  if (hint.empty()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "; ", hint));
}

}  // namespace tessera
