#include "runtime/tokenizer/regex_property.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

// White_Space. PCRE2's \s has U+180E in addition.
constexpr absl::string_view kSpace = R"(\t-\r\x{85}\p{Z})";
constexpr absl::string_view kWord = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";

constexpr char kNewline[] = R"((?>\r\n|[\n-\r\x{85}\x{2028}\x{2029}]))";

struct NamedSet {
  absl::string_view name;
  absl::string_view items;
  absl::string_view negated;
};

// Oniguruma's POSIX brackets over Unicode (doc/RE of Oniguruma 6.9).
constexpr NamedSet kBrackets[] = {
    {"alnum", R"(\p{Alphabetic}\p{Nd})", ""},
    {"alpha", R"(\p{Alphabetic})", R"(\P{Alphabetic})"},
    {"ascii", R"(\x{0}-\x{7F})", R"(\x{80}-\x{10FFFF})"},
    {"blank", R"(\t\p{Zs})", ""},
    {"cntrl", R"(\p{Cc})", R"(\P{Cc})"},
    {"digit", R"(\p{Nd})", R"(\P{Nd})"},
    {"lower", R"(\p{Lowercase})", R"(\P{Lowercase})"},
    {"punct", R"(\p{P}\p{S})", ""},
    {"space", kSpace, R"(\P{White_Space})"},
    {"upper", R"(\p{Uppercase})", R"(\P{Uppercase})"},
    {"word", kWord, ""},
    {"xdigit", "0-9A-Fa-f", ""},
};

struct Category {
  absl::string_view name;  // without case and separators
  absl::string_view short_name;
};

constexpr Category kCategories[] = {
    {"letter", "L"},
    {"lowercaseletter", "Ll"},
    {"uppercaseletter", "Lu"},
    {"titlecaseletter", "Lt"},
    {"casedletter", "L&"},
    {"lc", "L&"},
    {"modifierletter", "Lm"},
    {"otherletter", "Lo"},
    {"mark", "M"},
    {"combiningmark", "M"},
    {"nonspacingmark", "Mn"},
    {"spacingmark", "Mc"},
    {"enclosingmark", "Me"},
    {"number", "N"},
    {"decimalnumber", "Nd"},
    {"letternumber", "Nl"},
    {"othernumber", "No"},
    {"punctuation", "P"},
    {"connectorpunctuation", "Pc"},
    {"dashpunctuation", "Pd"},
    {"openpunctuation", "Ps"},
    {"closepunctuation", "Pe"},
    {"initialpunctuation", "Pi"},
    {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"},
    {"symbol", "S"},
    {"mathsymbol", "Sm"},
    {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"},
    {"othersymbol", "So"},
    {"separator", "Z"},
    {"spaceseparator", "Zs"},
    {"lineseparator", "Zl"},
    {"paragraphseparator", "Zp"},
    {"other", "C"},
    {"control", "Cc"},
    {"format", "Cf"},
    {"unassigned", "Cn"},
    {"privateuse", "Co"},
    {"surrogate", "Cs"},
    {"any", "Any"},
};

// Properties that are neither categories nor scripts.
constexpr absl::string_view kProperties[] = {
    "alphabetic",
    "asciihexdigit",
    "bidicontrol",
    "cased",
    "caseignorable",
    "dash",
    "diacritic",
    "emoji",
    "emojicomponent",
    "emojimodifier",
    "emojimodifierbase",
    "emojipresentation",
    "extender",
    "extendedpictographic",
    "graphemebase",
    "graphemeextend",
    "hexdigit",
    "idcontinue",
    "ideographic",
    "idstart",
    "joincontrol",
    "lowercase",
    "math",
    "quotationmark",
    "radical",
    "regionalindicator",
    "sentenceterminal",
    "terminalpunctuation",
    "unifiedideograph",
    "uppercase",
    "variationselector",
    "whitespace",
    "xidcontinue",
    "xidstart",
};

std::string Simplified(absl::string_view name) {
  std::string simple;
  for (const char c : name) {
    if (c != ' ' && c != '-' && c != '_') {
      simple.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    }
  }
  return simple;
}

RegexSet Property(absl::string_view name) {
  return {absl::StrCat("\\p{", name, "}"), absl::StrCat("\\P{", name, "}")};
}

// "lu" as "Lu".
bool IsShortCategory(absl::string_view simple) {
  if (simple.empty() || simple.size() > 2) return false;
  if (simple.size() == 1) return absl::StrContains("clmnpsz", simple);
  return absl::StrContains(
      "cc cf cn co cs ll lm lo lt lu mc me mn nd nl no "
      "pc pd pe pf pi po ps sc sk sm so zl zp zs",
      simple);
}

}  // namespace

std::optional<RegexSet> BracketSet(absl::string_view name) {
  for (const NamedSet& set : kBrackets) {
    if (set.name == name) {
      return RegexSet{std::string(set.items), std::string(set.negated)};
    }
  }
  return std::nullopt;
}

RegexSet PropertySet(absl::string_view name) {
  std::string simple = Simplified(name);
  // \p{Punct} is the category, which has fewer characters than [:punct:].
  if (simple == "punct") return Property("P");
  if (const auto bracket = BracketSet(simple)) return *bracket;
  for (const Category& category : kCategories) {
    if (category.name == simple) return Property(category.short_name);
  }
  if (IsShortCategory(simple)) {
    simple[0] = absl::ascii_toupper(static_cast<unsigned char>(simple[0]));
    return Property(simple);
  }
  const bool known = std::find(std::begin(kProperties), std::end(kProperties),
                               simple) != std::end(kProperties);
  // PCRE2's \p{Han} would be the characters that Han text uses.
  return Property(known ? simple : absl::StrCat("sc:", simple));
}

std::optional<RegexSet> LetterSet(char letter) {
  switch (letter) {
    case 'd':
      return BracketSet("digit");
    case 's':
      return BracketSet("space");
    case 'w':
      return BracketSet("word");
    case 'h':
      return BracketSet("xdigit");
    default:
      return std::nullopt;
  }
}

RegexSet OutsideClass(RegexSet set) {
  if (set.items == LetterSet('w')->items) {
    set.items += R"(\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE})";
  }
  return set;
}

std::string OneOf(const RegexSet& set, bool negated) {
  const bool complement = negated && set.negated.empty();
  const std::string& items = negated && !complement ? set.negated : set.items;
  // A class is slower than a property alone.
  const bool alone = absl::StartsWithIgnoreCase(items, "\\p{") &&
                     items.find('}') + 1 == items.size();
  if (alone && !complement) return items;
  return absl::StrCat(complement ? "[^" : "[", items, "]");
}

std::string RegexChar(char32_t c) {
  if (c < 0x80 && absl::ascii_isalnum(static_cast<unsigned char>(c))) {
    return std::string(1, static_cast<char>(c));
  }
  return absl::StrCat("\\x{", absl::Hex(static_cast<uint32_t>(c)), "}");
}

std::optional<std::string> TranslateAssertion(char letter) {
  const std::string word = OneOf(OutsideClass(*LetterSet('w')), false);
  switch (letter) {
    case 'A':
    case 'z':
    case 'Z':
    case 'G':
      return absl::StrCat("\\", std::string(1, letter));
    case 'b':
      return absl::StrCat("(?:(?<=", word, ")(?!", word, ")|(?<!", word,
                          ")(?=", word, "))");
    case 'B':
      return absl::StrCat("(?:(?<=", word, ")(?=", word, ")|(?<!", word, ")(?!",
                          word, "))");
    case 'R':
      return kNewline;
    case 'N':
      return "[^\\n]";
    case 'O':
      return "(?s:.)";
    default:
      return std::nullopt;
  }
}

}  // namespace tessera
