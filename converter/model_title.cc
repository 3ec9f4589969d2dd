#include "converter/model_title.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

bool AllAre(bool (*matches)(unsigned char), absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), matches);
}

bool IsLower(absl::string_view word) {
  return std::any_of(word.begin(), word.end(), absl::ascii_islower) &&
         std::none_of(word.begin(), word.end(), absl::ascii_isupper);
}

// "v2", "v0.1".
bool IsVersion(absl::string_view word) {
  if (!absl::ConsumePrefix(&word, "v")) return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(word, '.');
  return std::all_of(parts.begin(), parts.end(), [](absl::string_view part) {
    return AllAre(absl::ascii_isdigit, part);
  });
}

// With a capital wherever letters begin: "qwen2.5x" is "Qwen2.5X".
std::string Capitalized(absl::string_view word) {
  std::string result;
  bool after_letter = false;
  for (const char c : word) {
    result.push_back(after_letter ? c : absl::ascii_toupper(c));
    after_letter = absl::ascii_isalpha(c);
  }
  return result;
}

}  // namespace

std::string ModelTitle(absl::string_view name) {
  std::vector<std::string> words;
  for (const absl::string_view word :
       absl::StrSplit(name, absl::ByAnyChar("- \t\n"), absl::SkipEmpty())) {
    const bool stays =
        !IsLower(word) || IsVersion(word) || absl::ascii_isdigit(word[0]);
    words.push_back(stays ? std::string(word) : Capitalized(word));
  }
  return absl::StrJoin(words, " ");
}

}  // namespace tessera
