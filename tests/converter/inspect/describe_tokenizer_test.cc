#include "converter/inspect/describe_tokenizer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using Lines = std::vector<std::string>;

// "name: value" of each fact.
Lines Facts(const TokenizerData& tokenizer) {
  Lines lines;
  for (const FactGroup::Fact& fact : DescribeTokenizer(tokenizer).facts) {
    lines.push_back(absl::StrCat(fact.name, ": ", fact.value));
  }
  return lines;
}

TEST(DescribeTokenizerTest, EveryStep) {
  TokenizerData data;
  data.set_kind(TokenizerData::KIND_BPE);
  data.add_normalizer()->set_unicode_form(NormalizerStep::NFKC);
  data.add_normalizer()->set_lowercase(true);
  data.add_normalizer()->set_prepend("\u2581");
  data.add_normalizer()->mutable_replace()->set_pattern(" ");
  data.add_normalizer()->set_charsmap("abc");
  SplitStep::Pattern* pattern = data.add_split()->mutable_pattern();
  pattern->set_text("\\d+");
  pattern->set_is_regex(true);
  pattern->set_behavior(SplitStep::MERGED_WITH_NEXT);
  pattern->set_invert(true);
  data.add_split()->mutable_byte_level()->set_use_regex(true);
  data.add_split()->mutable_metaspace()->set_replacement("_");
  data.add_split()->mutable_digits()->set_individual(true);
  data.add_split()->set_punctuation(SplitStep::CONTIGUOUS);
  data.add_token_length(0);
  data.add_merge_left(0);
  EXPECT_EQ(
      Facts(data),
      (Lines{"kind: BPE", "normalizer: NFKC", "normalizer: lowercase",
             absl::StrCat("normalizer: prepend ", Quoted("\u2581")),
             "normalizer: replace ' ' by ''", "normalizer: charsmap of 3 bytes",
             absl::StrCat("split: expression ", Quoted("\\d+"),
                          ", merged_with_next, inverted"),
             "split: byte level, GPT-2's expression",
             "split: metaspace '_', in front always", "split: single digits",
             "split: punctuation, contiguous", "tokens: 1", "merges: 1"}));
}

TEST(DescribeTokenizerTest, IdsAndTemplates) {
  TokenizerData data;
  data.set_kind(TokenizerData::KIND_UNIGRAM);
  data.set_pre_tokenizer("qwen2");
  data.set_bos_id(3);
  data.set_eos_id(4);
  data.set_add_eos(true);
  data.set_unknown_id(0);
  data.add_prefix_id(3);
  data.add_prefix_id(5);
  data.add_suffix_id(4);
  data.add_end_of_generation_id(7);
  data.set_chat_template("{{ x }}");
  data.add_named_chat_template()->set_name("rag");
  EXPECT_EQ(Facts(data),
            (Lines{"kind: Unigram", "pre_tokenizer: qwen2", "tokens: 0",
                   "bos_id: 3", "eos_id: 4, added", "unknown_id: 0",
                   "prefix_id: 3 5", "suffix_id: 4", "end_of_generation_id: 7",
                   "chat_template: 7 bytes", "chat_template: 'rag', 0 bytes"}));
}

}  // namespace
}  // namespace tessera
