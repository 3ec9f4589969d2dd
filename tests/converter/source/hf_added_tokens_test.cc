#include "converter/source/hf_added_tokens.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// The texts, types and flags that a vocabulary of "a" has in the end.
TokenizerData Stored(const HfVocabulary& vocabulary) {
  TokenizerData data;
  EXPECT_TRUE(vocabulary.Store(0, false, &data).ok());
  return data;
}

TEST(HfAddedTokensTest, Listed) {
  const auto document = JsonDocument::Parse(R"({"added_tokens":[
    {"id":5,"content":"<s>","special":true},
    {"id":6,"content":" x","lstrip":true,"rstrip":true,"single_word":true,
     "normalized":false,"special":false},
    {"id":7,"content":"y","special":false}]})");
  HfVocabulary vocabulary;
  vocabulary.Add("a", 0);
  ASSERT_TRUE(AddListedTokens(document->root(), &vocabulary).ok());
  const TokenizerData data = Stored(vocabulary);
  EXPECT_EQ(data.token_text(), "a<s> xy");
  EXPECT_EQ(data.token_type(), std::string("\1\3\4\4"));
  // What is no special token is looked for in the normalized text.
  EXPECT_EQ(data.token_flags(), std::string("\0\0\7\10", 4));
}

TEST(HfAddedTokensTest, DamagedLists) {
  for (const absl::string_view list :
       {"7", "[7]", R"([{"id":1}])", R"([{"content":"a"}])",
        R"([{"id":-1,"content":"a"}])", R"([{"id":1,"content":7}])"}) {
    const auto document =
        JsonDocument::Parse(absl::StrCat(R"({"added_tokens":)", list, "}"));
    HfVocabulary vocabulary;
    const absl::Status status = AddListedTokens(document->root(), &vocabulary);
    EXPECT_TRUE(absl::IsDataLoss(status)) << list;
    EXPECT_TRUE(absl::StartsWith(status.message(), "tokenizer.json: "));
  }
}

class Folder {
 public:
  Folder(const std::string& config, const std::string& map,
         const std::string& added) {
    config_.tokenizer_config = Parse(config, &documents_[0]);
    config_.special_tokens_map = Parse(map, &documents_[1]);
    config_.added_tokens = Parse(added, &documents_[2]);
  }

  const HfTokenizerConfig& config() const { return config_; }

  absl::Status Add(HfVocabulary* vocabulary) const {
    return AddConfiguredTokens(config_, vocabulary);
  }

 private:
  static std::optional<JsonValue> Parse(const std::string& json,
                                        std::optional<JsonDocument>* document) {
    if (json.empty()) return std::nullopt;
    *document = *JsonDocument::Parse(json);
    return (*document)->root();
  }

  std::optional<JsonDocument> documents_[3];
  HfTokenizerConfig config_;
};

TEST(HfAddedTokensTest, TheMapCountsWhereTheDecoderIsMissing) {
  const std::string map =
      R"({"bos_token":"<m>","eos_token":{"content":"<e>"}})";
  const Folder old(R"({"bos_token":"<c>","unk_token":"<u>"})", map, "");
  EXPECT_EQ(old.config().SpecialText("bos_token"), "<m>");
  EXPECT_EQ(old.config().SpecialText("eos_token"), "<e>");
  EXPECT_EQ(old.config().SpecialText("unk_token"), "<u>");
  EXPECT_EQ(old.config().SpecialText("pad_token"), "");
  const Folder fresh(R"({"bos_token":"<c>","added_tokens_decoder":{}})", map,
                     "");
  EXPECT_EQ(fresh.config().SpecialText("bos_token"), "<c>");
  EXPECT_EQ(fresh.config().SpecialText("eos_token"), "");
  EXPECT_EQ(Folder("", "", "").config().SpecialText("bos_token"), "");
}

TEST(HfAddedTokensTest, ConfiguredInTheirOrder) {
  HfVocabulary vocabulary;
  vocabulary.Add("a", 0);
  ASSERT_TRUE(Folder(R"({"bos_token":"a","pad_token":"<p>",
      "extra_special_tokens":{"image":"<i>"},
      "additional_special_tokens":["<q>"],
      "added_tokens_decoder":{"10":{"content":"<x>","special":true},
                              "9":{"content":"<i>","special":false}}})",
                     "", R"({"<ignored>":3})")
                  .Add(&vocabulary)
                  .ok());
  const TokenizerData data = Stored(vocabulary);
  EXPECT_EQ(data.token_text(), "a<i><x><p><q>");
  EXPECT_EQ(data.token_type(), std::string("\3\3\3\3\3"));
}

TEST(HfAddedTokensTest, DamagedConfigurations) {
  for (const char* config :
       {R"({"added_tokens_decoder":[]})",
        R"({"added_tokens_decoder":{"a":{}}})",
        R"({"added_tokens_decoder":{"1":{"content":7}}})",
        R"({"added_tokens_decoder":{"-1":{"content":"a"}}})"}) {
    HfVocabulary vocabulary;
    const absl::Status status = Folder(config, "", "").Add(&vocabulary);
    EXPECT_TRUE(absl::IsDataLoss(status)) << config;
    EXPECT_TRUE(absl::StartsWith(status.message(), "tokenizer_config.json: "));
  }
  HfVocabulary vocabulary;
  EXPECT_TRUE(
      absl::IsDataLoss(Folder("", "", R"({"a":"b"})").Add(&vocabulary)));
}

}  // namespace
}  // namespace tessera
