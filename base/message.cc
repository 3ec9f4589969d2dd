#include "base/message.h"

#include <cstdio>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/printable.h"

namespace tessera {
namespace {

// `text` without what stands in quotes, as Quoted() makes them.
std::string WithoutQuoted(absl::string_view text) {
  std::string result;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '\'' && (quoted || i == 0 || text[i - 1] == ' ')) {
      quoted = !quoted;
    } else if (!quoted) {
      result.push_back(text[i]);
    }
  }
  return result;
}

// Of a word; a full stop or a colon at its end makes no name of it.
bool IsNameOrNumber(absl::string_view word) {
  const size_t found = word.find_first_of("0123456789_./[=");
  return found != absl::string_view::npos &&
         (found + 1 < word.size() || absl::ascii_isdigit(word[found]));
}

// The words that are neither names nor numbers.
std::string KindOf(absl::string_view message) {
  std::string kind;
  const std::string rest = WithoutQuoted(message);
  for (const absl::string_view word : absl::StrSplit(rest, ' ')) {
    if (!IsNameOrNumber(word)) absl::StrAppend(&kind, word, " ");
  }
  return kind;
}

}  // namespace

void PrintMessage(absl::string_view text) {
  std::string line = ShortPrintable(text, kMostMessageBytes);
  line.push_back('\n');
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::vector<std::string> FewOfEachKind(absl::Span<const std::string> messages,
                                       size_t most) {
  struct Kind {
    size_t count = 0;
    size_t last = 0;  // of those that are kept
  };
  std::vector<std::string> few;
  std::set<absl::string_view> seen;
  std::map<std::string, Kind> kinds;
  for (const std::string& message : messages) {
    if (!seen.insert(message).second) continue;
    Kind& kind = kinds[KindOf(message)];
    if (++kind.count > most) continue;
    kind.last = few.size();
    few.push_back(message);
  }
  for (const auto& [words, kind] : kinds) {
    if (kind.count <= most) continue;
    absl::StrAppend(&few[kind.last], " (and ", kind.count - most,
                    " more of this kind)");
  }
  return few;
}

}  // namespace tessera
