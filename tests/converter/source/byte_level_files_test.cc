#include "converter/source/byte_level_files.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "converter/source/hf_tokenizer.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kVocab[] = R"({"a": 0, "\"": 1, "\\": 2, "a\"": 3})";
constexpr char kMerges[] = "#version: 0.2\na \"\n";

absl::StatusOr<std::string> Json(absl::string_view tokenizer_class,
                                 absl::string_view model_type = "") {
  ByteLevelFiles files;
  files.vocab = kVocab;
  files.merges = kMerges;
  files.tokenizer_class = tokenizer_class;
  files.model_type = model_type;
  return TokenizerJsonOf(files);
}

TEST(ByteLevelFilesTest, Classes) {
  for (const absl::string_view name :
       {"GPT2Tokenizer", "GPT2TokenizerFast", "CodeGenTokenizer"}) {
    const auto json = Json(name);
    ASSERT_TRUE(json.ok()) << json.status();
    EXPECT_FALSE(absl::StrContains(*json, "NFC"));
    EXPECT_TRUE(absl::StrContains(*json, R"("use_regex": true)"));
  }
  const auto qwen2 = Json("Qwen2Tokenizer");
  ASSERT_TRUE(qwen2.ok());
  EXPECT_TRUE(absl::StrContains(*qwen2, "NFC"));
  EXPECT_TRUE(absl::StrContains(*qwen2, R"("use_regex": false)"));
  EXPECT_TRUE(Json("", "gpt2").ok());
  EXPECT_EQ(*Json("", "qwen3"), *qwen2);
}

TEST(ByteLevelFilesTest, OtherClassesAreRefusedByName) {
  const auto json = Json("RobertaTokenizerFast", "gpt2");
  EXPECT_TRUE(absl::IsUnimplemented(json.status()));
  EXPECT_TRUE(absl::StrContains(json.status().message(), "'RobertaTokenizer'"));
  EXPECT_TRUE(absl::IsUnimplemented(Json("", "llama").status()));
}

HfTokenizerFiles Files() {
  HfTokenizerFiles files;
  files.vocab = kVocab;
  files.merges = kMerges;
  files.tokenizer_config = R"({"tokenizer_class":"GPT2Tokenizer"})";
  return files;
}

TEST(ByteLevelFilesTest, AreATokenizer) {
  HfTokenizerFiles files = Files();
  const auto data = TokenizerFromHuggingFace(files);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->kind(), TokenizerData::KIND_BYTE_LEVEL_BPE);
  EXPECT_EQ(data->pre_tokenizer(), "gpt-2");
  EXPECT_EQ(data->token_text(), "a\"\\a\"");
  ASSERT_EQ(data->merge_left_size(), 1);
  EXPECT_EQ(data->merge_left(0), 0u);
  EXPECT_EQ(data->merge_right(0), 1u);

  files.tokenizer_config = std::nullopt;
  files.config = R"({"model_type":"qwen2"})";
  EXPECT_EQ(TokenizerFromHuggingFace(files)->pre_tokenizer(), "qwen2");
  // The slow classes do what their configuration says.
  files = Files();
  files.tokenizer_config =
      R"({"tokenizer_class":"GPT2Tokenizer","add_bos_token":true,)"
      R"("bos_token":"a"})";
  EXPECT_TRUE(TokenizerFromHuggingFace(files)->add_bos());
}

TEST(ByteLevelFilesTest, Damaged) {
  for (const char* vocab : {"", "{", "[]", R"({"a": "b"})", R"({"a": -1})"}) {
    HfTokenizerFiles files = Files();
    files.vocab = vocab;
    const auto data = TokenizerFromHuggingFace(files);
    EXPECT_TRUE(absl::IsDataLoss(data.status())) << vocab << data.status();
  }
  for (const char* merges :
       {"a\n", "a b c\n", "x y\n", "\xFF a\n", "a \x01\n"}) {
    HfTokenizerFiles files = Files();
    files.merges = merges;
    const auto data = TokenizerFromHuggingFace(files);
    EXPECT_TRUE(absl::IsDataLoss(data.status())) << merges << data.status();
  }
  HfTokenizerFiles files = Files();
  files.merges = std::nullopt;
  EXPECT_TRUE(absl::IsNotFound(TokenizerFromHuggingFace(files).status()));
}

}  // namespace
}  // namespace tessera
