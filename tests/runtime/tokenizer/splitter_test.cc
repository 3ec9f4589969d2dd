#include "runtime/tokenizer/splitter.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "formats/tokenizer/known_pretokenizers.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using Words = std::vector<std::string>;

std::unique_ptr<Splitter> Make(absl::string_view name) {
  const auto known = FindKnownPretokenizer(name);
  EXPECT_TRUE(known.ok()) << known.status();
  std::vector<const SplitStep*> steps;
  for (const SplitStep& step : (*known)->split) steps.push_back(&step);
  auto splitter = Splitter::Create(steps, /*leave_bytes=*/true);
  EXPECT_TRUE(splitter.ok()) << splitter.status();
  return *std::move(splitter);
}

Words Split(const Splitter& splitter, absl::string_view text) {
  Words words;
  SplitScratch scratch;
  splitter.Split(text, true, &scratch, [&](absl::string_view word) {
    words.emplace_back(word.data(), word.size());
  });
  return words;
}

Words Split(absl::string_view name, absl::string_view text) {
  return Split(*Make(name), text);
}

TEST(SplitterTest, Gpt2) {
  EXPECT_EQ(Split("gpt-2", "Hello world, it's 2024!"),
            (Words{"Hello", " world", ",", " it", "'s", " 2024", "!"}));
  EXPECT_EQ(Split("gpt-2", "IT'S"), (Words{"IT", "'", "S"}));
  EXPECT_EQ(Split("gpt-2", "a   b  "), (Words{"a", "  ", " b", "  "}));
  EXPECT_EQ(Split("gpt-2", "a\n\nb"), (Words{"a", "\n", "\n", "b"}));
  EXPECT_EQ(Split("gpt-2", ""), Words{});
}

TEST(SplitterTest, Llama3) {
  EXPECT_EQ(Split("llama-bpe", "IT'S 12345 (ok)\r\n\n x"),
            (Words{"IT", "'S", " ", "123", "45", " (", "ok", ")\r\n\n", " x"}));
  EXPECT_EQ(Split("llama-bpe", "a \n b"), (Words{"a", " \n", " b"}));
  EXPECT_EQ(Split("llama-bpe", "a    b"), (Words{"a", "   ", " b"}));
}

TEST(SplitterTest, Qwen2SplitsEveryDigit) {
  EXPECT_EQ(Split("qwen2", "in 2024"), (Words{"in", " ", "2", "0", "2", "4"}));
  EXPECT_EQ(Split("qwen2", "we'Ll"), (Words{"we", "'Ll"}));
}

TEST(SplitterTest, AliasesAreTheSame) {
  const std::string text = "I'LL pay 12345 \u20AC\n\n  now";
  for (const absl::string_view name : {"llama3", "llama-v3", "falcon3"}) {
    EXPECT_EQ(Split(name, text), Split("llama-bpe", text));
  }
  EXPECT_EQ(Split("deepseek-r1-qwen", text), Split("qwen2", text));
  EXPECT_EQ(Split("olmo", text), Split("gpt-2", text));
}

TEST(SplitterTest, UnicodeLettersNumbersAndSpaces) {
  EXPECT_EQ(Split("gpt-2", "\u041F\u0440\u0438 \u0663\u0664\u00BD \u4F60"),
            (Words{"\u041F\u0440\u0438", " \u0663\u0664\u00BD", " \u4F60"}));
  for (const char* space : {"\u0085", "\u00A0", "\u1680", "\u2003", "\u2028",
                            "\u202F", "\u205F", "\u3000"}) {
    EXPECT_EQ(Split("gpt-2", absl::StrCat("a", space, "b")),
              (Words{"a", space, "b"}));
  }
  // No white space in Unicode, though PCRE2's \s has the first.
  for (const char* other : {"\u180E", "\u200B", "\uFEFF", "\x1C"}) {
    EXPECT_EQ(Split("gpt-2", absl::StrCat("a ", other, "b")),
              (Words{"a", absl::StrCat(" ", other), "b"}));
  }
}

TEST(SplitterTest, InvalidUtf8IsAWordOfItsOwn) {
  EXPECT_EQ(Split("gpt-2", "ab\xFF\xFE cd\xC3"),
            (Words{"ab", "\xFF\xFE", " cd", "\xC3"}));
  EXPECT_EQ(Split("llama-bpe", "\x80"), Words{"\x80"});
  EXPECT_EQ(Split("gpt-2", absl::string_view("a\0b", 3)),
            (Words{"a", std::string("\0", 1), "b"}));
}

TEST(SplitterTest, WordsAreTheTextWhateverItsBytes) {
  std::mt19937 random(7);
  for (const absl::string_view name : {"gpt-2", "llama-bpe", "qwen2"}) {
    const auto splitter = Make(name);
    for (int i = 0; i < 300; ++i) {
      std::string text(random() % 200, '\0');
      // Mostly spaces, line ends and letters, so that all branches meet.
      for (char& c : text) {
        c = random() % 2 == 0 ? " \n\r'sS9a"[random() % 8]
                              : static_cast<char>(random());
      }
      std::string joined;
      for (const std::string& word : Split(*splitter, text)) {
        EXPECT_FALSE(word.empty());
        joined += word;
      }
      ASSERT_EQ(joined, text);
    }
  }
}

TEST(SplitterTest, LongRunsAreOneWord) {
  const std::string spaces(100000, ' ');
  EXPECT_EQ(Split("gpt-2", spaces), Words{spaces});
  EXPECT_EQ(Split("llama-bpe", spaces + "a"), (Words{spaces.substr(1), " a"}));
  const std::string letters(100000, 'x');
  EXPECT_EQ(Split("qwen2", letters), Words{letters});
  std::string cyrillic;
  for (int i = 0; i < 50000; ++i) cyrillic += "\u0416";
  EXPECT_EQ(Split("llama-bpe", cyrillic), Words{cyrillic});
}

}  // namespace
}  // namespace tessera
