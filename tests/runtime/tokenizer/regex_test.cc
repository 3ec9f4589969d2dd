#include "runtime/tokenizer/regex.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// The matches of `expression`, each in brackets, or the error.
std::string Matches(absl::string_view expression, absl::string_view text) {
  const auto regex = Regex::Create(expression);
  if (!regex.ok()) return std::string(regex.status().message());
  Regex::Scratch scratch;
  std::string result;
  (*regex)->ForEachMatch(text, &scratch, [&](size_t begin, size_t end) {
    absl::StrAppend(&result, "[", text.substr(begin, end - begin), "]");
  });
  return result;
}

// What follows is what the Rust library's Oniguruma matches.
TEST(RegexTest, SetsAreUnicodes) {
  EXPECT_EQ(Matches(R"(\w+)", "a\u00E9\u0301_1 \u203F-\u0663"),
            "[a\u00E9\u0301_1][\u203F][\u0663]");
  // Only outside of classes a raised digit belongs to words.
  EXPECT_EQ(Matches(R"(\w)", "\u00B2\u2460"), "[\u00B2]");
  EXPECT_EQ(Matches(R"([\w])", "\u00B2\u2460"), "");
  EXPECT_EQ(Matches(R"(\s+)", "a\u00A0\u3000b\u180Ec\n"), "[\u00A0\u3000][\n]");
  EXPECT_EQ(Matches(R"(\d|\h)", "g\u0663fF"), "[\u0663][f][F]");
  EXPECT_EQ(Matches(R"([[:punct:]])", "a!\u20AC$"), "[!][\u20AC][$]");
  EXPECT_EQ(Matches(R"(\p{Punct})", "a!\u20AC$"), "[!]");
  EXPECT_EQ(Matches(R"(\p{Han}+|\p{^Han})", "\u4F60\u597D\u3001"),
            "[\u4F60\u597D][\u3001]");
  EXPECT_EQ(Matches(R"(\p{Lowercase_Letter}|\P{L})", "aB1"), "[a][1]");
}

TEST(RegexTest, ClassesNestAndIntersect) {
  EXPECT_EQ(Matches("[ab[cd]]+", "abcde"), "[abcd]");
  EXPECT_EQ(Matches("[a-d&&[^b]]+", "abcd"), "[a][cd]");
  EXPECT_EQ(Matches(R"([\p{L}&&[^\p{Han}]]+)", "ab\u4F60c"), "[ab][c]");
  EXPECT_EQ(Matches(R"([^\W\d_]+)", "ab_1c"), "[ab][c]");
  EXPECT_EQ(Matches(R"([\Wa]+)", "ba!b"), "[a!]");
  EXPECT_EQ(Matches(R"([^a[^b]])", "abc"), "[b]");
  EXPECT_EQ(Matches(R"([]a\]\-x-]+)", "]a-x"), "[]a-x]");
  EXPECT_EQ(Matches(R"([\x{4e00}-\u9fff])", "\u4F60a"), "[\u4F60]");
}

TEST(RegexTest, QuantifiersOfOniguruma) {
  EXPECT_EQ(Matches("a{1,3}+", "aaaaa"), "[aaaaa]");  // a repeated group
  EXPECT_EQ(Matches("a{,2}b", "aaab"), "[aab]");
  EXPECT_EQ(Matches("a{2}?b", "aab b"), "[aab][b]");
  EXPECT_EQ(Matches("a++a|a?+b|c*+c", "aaab"), "[ab]");
  EXPECT_EQ(Matches("a{x}", "a{x}"), "[a{x}]");
  EXPECT_EQ(Matches("x*", "axb"), "[][x][]");
}

TEST(RegexTest, OptionsAndLines) {
  EXPECT_EQ(Matches("a.b", "a\nb"), "");
  EXPECT_EQ(Matches("(?m:a.b)", "a\nb"), "[a\nb]");
  EXPECT_EQ(Matches("a(?i)b|c", "aB aC b"), "[aB][aC]");
  EXPECT_EQ(Matches("(?i:'s)", "'S 's '\u017F"), "['S]['s]['\u017F]");
  EXPECT_EQ(Matches("^a|b$", "a b\na b"), "[a][b][a][b]");
  EXPECT_EQ(Matches(R"(\bthe\b)", "the then \u00E9the"), "[the]");
  EXPECT_EQ(Matches(R"(\R|\t)", "\r\n\t"), "[\r\n][\t]");
}

TEST(RegexTest, NamesWhatItCannotTranslate) {
  for (const absl::string_view part :
       {"(?~ab)", R"(\X)", R"(\K)", R"(\g<1>)", R"(\k<a>)", "(?x: a)",
        "(*FAIL)", "(?(1)a)", R"(\xE4)", R"(\pL)", R"(\p{NoSuchThing})"}) {
    const auto regex = Regex::Create(part);
    EXPECT_TRUE(absl::IsUnimplemented(regex.status()))
        << part << regex.status();
  }
  const auto regex = Regex::Create(R"(a\X)");
  EXPECT_EQ(regex.status().message(),
            R"(regular expression 'a\\X': '\\X' has no translation for PCRE2)");
}

TEST(RegexTest, DamagedExpressionsAreErrors) {
  for (const absl::string_view text :
       {"(a", "a)", "[a", "[", R"(a\)", "*a", "a|+", "\xFF", "[b-a]",
        R"(\x{110000})", "(?i", "(?#a", R"([\)"}) {
    EXPECT_FALSE(Regex::Create(text).ok()) << text;
  }
  EXPECT_FALSE(Regex::Create(std::string(100000, '(')).ok());
  EXPECT_FALSE(Regex::Create(std::string(100000, '[')).ok());
}

TEST(RegexTest, LongMatchesDoNotRunOutOfStack) {
  const std::string text(1000000, 'a');
  EXPECT_EQ(Matches("(?:a|b)+", text).size(), text.size() + 2);
  EXPECT_EQ(Matches("(?:(?=a)[^b])*+", text).size(), text.size() + 2);
  EXPECT_EQ(Matches("(?:a|ab)+?$", text).size(), text.size() + 2);
}

}  // namespace
}  // namespace tessera
