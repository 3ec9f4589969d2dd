#include "base/shell_quoted.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/printable.h"

namespace tessera {
namespace {

bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::string_view("_-./+:@%,").find(c) != absl::string_view::npos;
}

}  // namespace

std::string ShellQuoted(absl::string_view word) {
  if (absl::StartsWith(word, "-")) {
    return ShellQuoted(absl::StrCat("./", word));
  }
  if (!word.empty() && std::all_of(word.begin(), word.end(), IsPlain)) {
    return std::string(word);
  }
  if (Printable(word) != word) {
    return absl::StrCat("$'", absl::CHexEscape(word), "'");
  }
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

}  // namespace tessera
