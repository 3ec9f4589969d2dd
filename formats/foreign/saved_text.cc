#include "formats/foreign/saved_text.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/printable.h"
#include "base/progress.h"
#include "base/shell_quoted.h"
#include "base/utf8.h"
#include "formats/json/json_document.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

using absl::string_view;

// Pointers and answers of servers are not longer.
constexpr size_t kMostPointerBytes = 4096;
constexpr size_t kMostAnswerBytes = 64 << 10;
constexpr size_t kLookedAtBytes = 4096;
constexpr size_t kMostTitleBytes = 80;

constexpr string_view kSavedInstead =
    " that was saved in place of the file; download it again, with a token if "
    "the model needs one";

// What follows `before` in `text`, up to the end of the line.
string_view LineAfter(string_view text, string_view before) {
  const size_t at = text.find(before);
  if (at == string_view::npos) return "";
  text.remove_prefix(at + before.size());
  return absl::StripAsciiWhitespace(text.substr(0, text.find('\n')));
}

// ", which has 4.37 GB" if `digits` are a number.
std::string Promised(string_view digits) {
  uint64_t size = 0;
  return absl::SimpleAtoi(digits, &size)
             ? absl::StrCat(", which has ", HumanBytes(size))
             : "";
}

// What a shell calls the folder of `path`.
std::string FolderOf(string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == string_view::npos) return ".";
  return ShellQuoted(path.substr(0, std::max<size_t>(slash, 1)));
}

// Between `begin` and `end`, which are in small letters, without regard to
// case; only if it is short.
std::string Between(string_view text, string_view begin, string_view end) {
  const std::string lower = absl::AsciiStrToLower(text);
  const string_view small = lower;
  const size_t from = small.find(begin);
  if (from == string_view::npos) return "";
  const size_t start = from + begin.size();
  const size_t stop = small.find(end, start);
  if (stop == string_view::npos) return "";
  return std::string(
      absl::StripAsciiWhitespace(text.substr(start, stop - start)));
}

// " ('TITLE')", or nothing if there is none.
std::string InParentheses(string_view title) {
  return title.empty()
             ? ""
             : absl::StrCat(" ('", ShortPrintable(title, kMostTitleBytes),
                            "')");
}

string_view WithoutMark(string_view text) {
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");
  return absl::StripLeadingAsciiWhitespace(text);
}

// What a JSON object says under "error" or the like, at most two levels deep.
std::string ErrorIn(JsonValue object, int depth) {
  for (const char* key :
       {"error", "message", "detail", "Message", "error_description"}) {
    const std::optional<JsonValue> member = FindMember(object, key);
    if (!member.has_value()) continue;
    const auto text = JsonString(*member);
    if (text.ok()) return std::string(*text);
    if (depth == 0) return ErrorIn(*member, 1);
  }
  return "";
}

std::string DescribeJsonAnswer(string_view text) {
  const auto document = JsonDocument::Parse(text);
  if (!document.ok()) return "";
  const JsonValue root = document->root();
  // The files of a model may have such members, but these too.
  for (const char* own : {"weight_map", "model_type", "model", "architectures",
                          "chat_template"}) {
    if (FindMember(root, own).has_value()) return "";
  }
  const std::string error = ErrorIn(root, 0);
  // A vocabulary may have a token of that name.
  const std::optional<JsonValue> errors = FindMember(root, "errors");
  if (error.empty() && !(errors.has_value() && errors->is_array())) return "";
  return absl::StrCat("is the error message of a server", InParentheses(error),
                      kSavedInstead);
}

// Lines that servers answer with, as they begin, in small letters.
constexpr string_view kAnswers[] = {
    "not found",           "404",
    "entry not found",     "401",
    "invalid username",    "403",
    "invalid rev",         "429",
    "invalid credentials", "500",
    "unauthorized",        "502",
    "forbidden",           "503",
    "access denied",       "504",
    "access to model",     "too many requests",
    "access to this",      "internal server error",
    "rate limit",          "repository not found",
    "bad gateway",         "service unavailable",
    "gateway time",        "error code",
    "file not found",      "permission denied",
    "bad request",         "moved permanently",
    "temporary redirect",  "upstream ",
};

bool IsText(string_view bytes) {
  const string_view head = bytes.substr(0, kLookedAtBytes);
  // The last character may be cut.
  const size_t valid = Utf8PrefixSize(head);
  if (valid + (head.size() < bytes.size() ? 4 : 0) < head.size()) return false;
  return std::all_of(head.begin(), head.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' ||
           c == '\t' || c == '\f' || c == '\x1b';
  });
}

}  // namespace

std::string DescribePointer(string_view path, string_view bytes) {
  if (bytes.size() > kMostPointerBytes) return "";
  if (absl::StartsWith(bytes, "version https://git-lfs.github.com/") ||
      absl::StartsWith(bytes, "version https://hawser.github.com/") ||
      absl::StartsWith(bytes, "version http://git-media.io/")) {
    return absl::StrCat("is a Git LFS pointer in place of the file",
                        Promised(LineAfter(bytes, "\nsize ")),
                        "; fetch it: git -C ", FolderOf(path), " lfs pull");
  }
  if (absl::StartsWith(bytes, "# xet version")) {
    return absl::StrCat("is a Xet pointer in place of the file",
                        Promised(LineAfter(bytes, "filesize =")),
                        "; fetch it with hf download");
  }
  const string_view line = bytes.substr(0, bytes.find('\n'));
  if (absl::StartsWith(line, "/annex/objects/") ||
      absl::StrContains(line, ".git/annex/objects/")) {
    return absl::StrCat(
        "is a git-annex pointer in place of the file; fetch "
        "it: git annex get ",
        ShellQuoted(path));
  }
  if (absl::StartsWith(bytes, "outs:\n") && absl::StrContains(bytes, "md5:")) {
    return absl::StrCat("is a DVC pointer in place of the file",
                        Promised(LineAfter(bytes, " size:")),
                        "; fetch it: dvc pull ", ShellQuoted(path));
  }
  return "";
}

std::string DescribeErrorPage(string_view bytes) {
  const string_view text = WithoutMark(bytes.substr(0, kMostAnswerBytes));
  const std::string head = absl::AsciiStrToLower(text.substr(0, 256));
  if (absl::StartsWith(head, "<!doctype html") ||
      absl::StartsWith(head, "<html") || absl::StartsWith(head, "<head") ||
      (absl::StartsWith(head, "<!--") && absl::StrContains(head, "<html"))) {
    return absl::StrCat("is an HTML page",
                        InParentheses(Between(text, "<title>", "</title>")),
                        kSavedInstead);
  }
  if (absl::StartsWith(head, "<?xml") || absl::StartsWith(head, "<error")) {
    if (absl::StrContains(head, "<html")) {
      return absl::StrCat("is an HTML page", kSavedInstead);
    }
    if (absl::StrContains(head, "<error")) {
      return absl::StrCat("is the error message of a server",
                          InParentheses(Between(text, "<code>", "</code>")),
                          kSavedInstead);
    }
    return absl::StrContains(text, "<net ")
               ? "is a model of OpenVINO; take the model's .safetensors or "
                 ".gguf"
               : "is XML, not a model";
  }
  if (bytes.size() > kMostAnswerBytes) return "";
  if (absl::StartsWith(text, "{")) return DescribeJsonAnswer(text);
  if (bytes.size() > kMostPointerBytes || !IsText(bytes)) return "";
  for (const string_view answer : kAnswers) {
    if (!absl::StartsWith(head, answer)) continue;
    return absl::StrCat("is the error message of a server",
                        InParentheses(absl::StripAsciiWhitespace(
                            text.substr(0, text.find('\n')))),
                        kSavedInstead);
  }
  return "";
}

std::string DescribePlainText(string_view bytes) {
  const string_view head = bytes.substr(0, kLookedAtBytes);
  if (absl::StartsWith(head, "\xff\xfe") ||
      absl::StartsWith(head, "\xfe\xff")) {
    return "is text in UTF-16, not a model";
  }
  if (!IsText(bytes)) return "";
  const string_view text = WithoutMark(head);
  const string_view line =
      absl::StripAsciiWhitespace(text.substr(0, text.find('\n')));
  if (line.empty()) return "is blank text, not a model";
  return absl::StrCat("is text, not a model; it begins with ", "'",
                      ShortPrintable(line, kMostTitleBytes), "'");
}

}  // namespace tessera
