#include "formats/tokenizer/known_pretokenizers.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

const KnownPretokenizer& Known(absl::string_view name) {
  const auto known = FindKnownPretokenizer(name);
  EXPECT_TRUE(known.ok()) << known.status();
  return **known;
}

std::vector<std::string> Matches(absl::string_view expression,
                                 absl::string_view text) {
  int error = 0;
  size_t where = 0;
  pcre2_code* code = pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(),
      PCRE2_UTF | PCRE2_UCP, &error, &where, nullptr);
  EXPECT_NE(code, nullptr) << expression << " at byte " << where;
  if (code == nullptr) return {};
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  std::vector<std::string> matches;
  size_t at = 0;
  while (at < text.size() &&
         pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()),
                     text.size(), at, 0, data, nullptr) > 0) {
    const size_t* range = pcre2_get_ovector_pointer(data);
    matches.emplace_back(text.substr(range[0], range[1] - range[0]));
    at = range[1] > at ? range[1] : at + 1;
  }
  pcre2_match_data_free(data);
  pcre2_code_free(code);
  return matches;
}

// The matches of the last expression of `name`.
std::vector<std::string> Words(absl::string_view name, absl::string_view text) {
  for (const PretokenizerFamily& family : PretokenizerFamilies()) {
    for (const absl::string_view known : family.names) {
      if (known == name) return Matches(family.expressions.back(), text);
    }
  }
  ADD_FAILURE() << name;
  return {};
}

using Texts = std::vector<std::string>;

TEST(KnownPretokenizersTest, EveryExpressionCompiles) {
  absl::flat_hash_set<absl::string_view> names;
  for (const PretokenizerFamily& family : PretokenizerFamilies()) {
    ASSERT_FALSE(family.names.empty());
    ASSERT_FALSE(family.expressions.empty());
    for (const absl::string_view expression : family.expressions) {
      Matches(expression, "a");
    }
    for (const absl::string_view name : family.names) {
      EXPECT_TRUE(names.insert(name).second) << name << " occurs twice";
      EXPECT_EQ(Known(name).flags.ignore_merges, family.flags.ignore_merges);
    }
  }
}

TEST(KnownPretokenizersTest, NamesOfPopularModels) {
  for (const absl::string_view name :
       {"gpt-2",          "llama-bpe", "qwen2",
        "deepseek-v3",    "gpt-4o",    "llama4",
        "tekken",         "command-r", "starcoder",
        "stablelm2",      "exaone4",   "olmo",
        "dbrx",           "glm4",      "deepseek-llm",
        "deepseek-coder", "falcon",    "seed-coder",
        "bloom",          "mpt",       "viking",
        "jais",           "poro-chat", "chatglm-bpe",
        "hunyuan",        "grok-2",    "smollm",
        "refact",         "qwen35",    "minimax-m2",
        "bailingmoe2",    "lfm2",      "kimi-k2",
        "falcon-h1",      "superbpe",  "gemma4",
        "default",        ""}) {
    EXPECT_TRUE(FindKnownPretokenizer(name).ok()) << name;
  }
  const auto unknown = FindKnownPretokenizer("brand-new");
  EXPECT_TRUE(absl::IsUnimplemented(unknown.status()));
  EXPECT_NE(unknown.status().message().find("'brand-new'"),
            absl::string_view::npos);
}

TEST(KnownPretokenizersTest, StepsEndWithBytes) {
  const KnownPretokenizer& gpt2 = Known("gpt-2");
  ASSERT_EQ(gpt2.split.size(), 2u);
  EXPECT_TRUE(gpt2.split[0].pattern().is_regex());
  EXPECT_EQ(gpt2.split[0].pattern().behavior(), SplitStep::ISOLATED);
  EXPECT_TRUE(gpt2.split[1].has_byte_level());
  EXPECT_FALSE(gpt2.split[1].byte_level().use_regex());
  EXPECT_TRUE(gpt2.normalizer.empty());
  EXPECT_FALSE(gpt2.flags.ignore_merges);

  const KnownPretokenizer& llama3 = Known("llama-bpe");
  EXPECT_TRUE(llama3.flags.ignore_merges);
  EXPECT_TRUE(llama3.flags.add_bos);
  EXPECT_FALSE(Known("smaug-bpe").flags.ignore_merges);

  const KnownPretokenizer& gemma4 = Known("gemma4");
  EXPECT_FALSE(gemma4.flags.byte_level);
  ASSERT_EQ(gemma4.split.size(), 1u);
  ASSERT_EQ(gemma4.normalizer.size(), 1u);
  EXPECT_EQ(gemma4.normalizer[0].replace().content(), "\u2581");
}

TEST(KnownPretokenizersTest, Words) {
  EXPECT_EQ(Words("gpt-2", "I'll  go 1234!\n"),
            (Texts{"I", "'ll", " ", " go", " 1234", "!", "\n"}));
  EXPECT_EQ(Words("gpt-2", "I'LL"), (Texts{"I", "'", "LL"}));
  EXPECT_EQ(Words("llama-bpe", "I'LL  go 1234!\n"),
            (Texts{"I", "'LL", " ", " go", " ", "123", "4", "!\n"}));
  EXPECT_EQ(Words("qwen2", " 12"), (Texts{" ", "1", "2"}));
  EXPECT_EQ(Words("qwen35", "u\u0308ber"), (Texts{"u\u0308ber"}));
  EXPECT_EQ(Words("qwen2", "u\u0308ber"), (Texts{"u", "\u0308ber"}));
  EXPECT_EQ(Words("gpt-4o", "getFile's x/\n"),
            (Texts{"get", "File's", " x", "/\n"}));
  EXPECT_EQ(Words("tekken", "12"), (Texts{"1", "2"}));
  EXPECT_EQ(Words("seed-coder", "a!\n"), (Texts{"a", "!", "\n"}));
  EXPECT_EQ(Words("ufakzeka", "Ali'de"), (Texts{"Ali", "'de"}));
  EXPECT_EQ(Words("bailingmoe", "\n\n"), (Texts{"\n\n"}));
  EXPECT_EQ(Words("deepseek-v3", "#x \u00E9t !?\n"),
            (Texts{"#x", " \u00E9t", " !?\n"}));
  EXPECT_EQ(Words("bloom", " a,b"), (Texts{" a", "b"}));
  EXPECT_EQ(Words("kimi-k2", "ab\u4F60\u597Dc's"),
            (Texts{"ab", "\u4F60\u597D", "c's"}));
  EXPECT_EQ(Words("gemma4", "a b\n\nc"), (Texts{"a b", "\n\n", "c"}));
  EXPECT_EQ(Words("jais-2", "     a").front(), "    ");
}

TEST(KnownPretokenizersTest, DigitsFromTheRight) {
  for (const PretokenizerFamily& family : PretokenizerFamilies()) {
    if (family.names.front() != "afmoe") continue;
    EXPECT_EQ(Matches(family.expressions.front(), " 1234567 x12"),
              (Texts{" 1", "234", "567", " x12"}));
    return;
  }
  FAIL();
}

}  // namespace
}  // namespace tessera
