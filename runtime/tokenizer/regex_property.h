// Sets of characters in the words of Oniguruma, and in those of PCRE2.
#ifndef RUNTIME_TOKENIZER_REGEX_PROPERTY_H_
#define RUNTIME_TOKENIZER_REGEX_PROPERTY_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// A set of characters as PCRE2 writes it inside a class.
struct RegexSet {
  std::string items;    // what stands between [ and ]
  std::string negated;  // the same for the complement; empty if there is none
};

// Of \p{name}: a category or a property by its short or long name, a POSIX
// bracket, or else a script. Case, spaces, "-" and "_" do not count. The set
// of a name that is none of them is one that PCRE2 refuses.
RegexSet PropertySet(absl::string_view name);

// Of [:name:], or nullopt.
std::optional<RegexSet> BracketSet(absl::string_view name);

// Of \d \s \w \h, by their letter; nullopt for any other.
std::optional<RegexSet> LetterSet(char letter);

// The same set where it stands outside of a class: Oniguruma there takes the
// raised digits and the fractions of Latin-1 for characters of words as well.
RegexSet OutsideClass(RegexSet set);

// An expression for one character of `set`, or of its complement.
std::string OneOf(const RegexSet& set, bool negated);

// "\x{263A}"; letters and digits of ASCII stay as they are.
std::string RegexChar(char32_t c);

// What \A \z \Z \G \b \B \R \N \O stand for, by their letter; nullopt for any
// other.
std::optional<std::string> TranslateAssertion(char letter);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_REGEX_PROPERTY_H_
