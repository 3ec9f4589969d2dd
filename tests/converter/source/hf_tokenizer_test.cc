#include "converter/source/hf_tokenizer.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "runtime/tokenizer/tokenizer.h"
#include "tests/testing/byte_mutator.h"
#include "tests/testing/tokenizer_vectors.h"

namespace tessera {
namespace {

HfTokenizerFiles TinyFiles(const std::string& tokenizer) {
  HfTokenizerFiles files;
  files.tokenizer = ReadTestFile("testdata/tiny/" + tokenizer);
  files.tokenizer_config = ReadTestFile("testdata/tiny/tokenizer_config.json");
  files.generation_config =
      ReadTestFile("testdata/tiny/generation_config.json");
  files.vocab_size = 1024;
  files.bos_token_id = 1022;
  files.eos_token_ids = {1023};
  return files;
}

// A tokenizer.json of three tokens and one merge. Tests replace parts of it.
constexpr char kSmall[] = R"({
  "added_tokens": [{"id": 4, "content": "<|x|>", "special": true},
                   {"id": 5, "content": "<y>", "special": false}],
  "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
  "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2},
            "merges": ["a b"]}
})";

absl::StatusOr<TokenizerData> ReadText(absl::string_view json,
                                       uint64_t vocab_size = 0) {
  HfTokenizerFiles files;
  files.tokenizer = std::string(json.data(), json.size());
  files.vocab_size = vocab_size;
  return TokenizerFromHuggingFace(files);
}

// kSmall with `from`, which must occur, replaced by `to`.
std::string Small(absl::string_view from, absl::string_view to) {
  const std::string text = absl::StrReplaceAll(kSmall, {{from, to}});
  EXPECT_NE(text, kSmall) << from;
  return text;
}

TEST(HfTokenizerTest, TinyModelEncodesAllVectors) {
  for (const char* name :
       {"tokenizer.json", "tokenizer.merges-as-pairs.json"}) {
    SCOPED_TRACE(name);
    const auto data = TokenizerFromHuggingFace(TinyFiles(name));
    ASSERT_TRUE(data.ok()) << data.status();
    EXPECT_EQ(data->pre_tokenizer(), "gpt-2");
    EXPECT_EQ(data->merge_left_size(), 766);
    EXPECT_TRUE(data->add_bos());
    EXPECT_FALSE(data->add_eos());
    const auto tokenizer = Tokenizer::Create(*data);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    ExpectTinyVectors(**tokenizer);
    EXPECT_EQ((*tokenizer)->Encode("", {}), std::vector<int32_t>{1022});
    EXPECT_TRUE((*tokenizer)->IsEndOfGeneration(1023));
  }
}

TEST(HfTokenizerTest, BothFormsOfMergesAreTheSame) {
  const auto texts = TokenizerFromHuggingFace(TinyFiles("tokenizer.json"));
  const auto pairs =
      TokenizerFromHuggingFace(TinyFiles("tokenizer.merges-as-pairs.json"));
  ASSERT_TRUE(texts.ok()) << texts.status();
  ASSERT_TRUE(pairs.ok()) << pairs.status();
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(*texts, *pairs));
}

TEST(HfTokenizerTest, TypesAndHoles) {
  const auto data = ReadText(kSmall, 8);
  ASSERT_TRUE(data.ok()) << data.status();
  // The ids of added tokens are counted, whatever the file says.
  EXPECT_EQ(data->token_text(), "abab<|x|><y>[PAD5][PAD6][PAD7]");
  EXPECT_EQ(data->token_type(), std::string("\1\1\1\3\4\5\5\5"));
  EXPECT_EQ(data->merge_left(0), 0u);
  EXPECT_EQ(data->merge_right(0), 1u);
  EXPECT_FALSE(data->ignore_merges());
  EXPECT_TRUE(Tokenizer::Create(*data).ok());
  EXPECT_EQ(ReadText(kSmall)->token_length_size(), 5);
}

TEST(HfTokenizerTest, AddedTokensMayRepeatTheVocabulary) {
  const auto data = ReadText(Small(R"("ab": 2)", R"("ab": 2, "<|x|>": 4)"));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->token_text(), "abab[PAD3]<|x|><y>");
  EXPECT_EQ(data->token_type()[4], '\3');
}

TEST(HfTokenizerTest, IgnoreMergesAndUntypedModels) {
  const auto data = ReadText(
      Small(R"("type": "BPE")", R"("ignore_merges": true, "unk_token": "b")"));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_TRUE(data->ignore_merges());
  EXPECT_EQ(data->unknown_id(), 1u);
}

TEST(HfTokenizerTest, OtherModelsAreUnimplementedByName) {
  for (const absl::string_view type : {"WordPiece", "WordLevel"}) {
    const auto data = ReadText(Small("BPE", type));
    EXPECT_TRUE(absl::IsUnimplemented(data.status())) << data.status();
    EXPECT_NE(data.status().message().find(absl::StrCat("'", type, "'")),
              absl::string_view::npos);
  }
  for (const absl::string_view member :
       {R"("dropout": 0.1)", R"("end_of_word_suffix": "</w>")",
        R"("continuing_subword_prefix": "##")"}) {
    const auto data = ReadText(
        Small(R"("type": "BPE")", absl::StrCat(R"("type": "BPE",)", member)));
    EXPECT_TRUE(absl::IsUnimplemented(data.status())) << data.status();
  }
  EXPECT_TRUE(ReadText(Small(R"("type": "BPE")",
                             R"("type": "BPE", "dropout": 0.0,
                                "end_of_word_suffix": "")"))
                  .ok());
}

TEST(HfTokenizerTest, CharactersWithByteFallback) {
  const auto data = ReadText(R"({
    "added_tokens": [{"id": 0, "content": "<unk>", "special": true},
                     {"id": 7, "content": "<sep>", "lstrip": true,
                      "single_word": true}],
    "normalizer": {"type": "Replace", "pattern": {"String": " "},
                   "content": "\u2581"},
    "decoder": {"type": "Fuse"},
    "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true,
      "byte_fallback": true,
      "vocab": {"<unk>": 0, "<0x41>": 1, "\u2581": 2, "a": 3, "\u2581a": 4,
                "aa": 5, "\u2581aa": 6},
      "merges": [["\u2581", "a"], ["a", "a"], ["\u2581", "aa"],
                 ["a", "a"]]}})");
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->kind(), TokenizerData::KIND_BPE);
  EXPECT_TRUE(data->byte_fallback());
  EXPECT_TRUE(data->fuse_unknown());
  EXPECT_EQ(data->unknown_id(), 0u);
  EXPECT_EQ(data->token_type(), std::string("\3\6\1\1\1\1\1\4"));
  EXPECT_EQ(data->token_flags()[7], 1 | 4 | 8);
  EXPECT_EQ(data->normalizer_size(), 1);
  EXPECT_EQ(data->split_size(), 0);
  EXPECT_EQ(data->decoder_size(), 1);
  EXPECT_EQ(data->pre_tokenizer(), "");
  // Of equal merges the last counts.
  ASSERT_EQ(data->merge_left_size(), 3);
  EXPECT_EQ(data->merge_left(0), 2u);
  EXPECT_EQ(data->merge_right(1), 5u);
  EXPECT_EQ(data->merge_left(2), 3u);
}

constexpr char kUnigram[] = R"({
  "added_tokens": [{"id": 0, "content": "<unk>", "special": true}],
  "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581"},
  "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
    "vocab": [["<unk>", 0.0], ["\u2581", -2], ["a", -1.5], ["a", -1]]}})";

TEST(HfTokenizerTest, Unigrams) {
  const auto data = ReadText(kUnigram, 6);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->kind(), TokenizerData::KIND_UNIGRAM);
  EXPECT_EQ(data->unknown_id(), 0u);
  EXPECT_TRUE(data->fuse_unknown());
  EXPECT_EQ(data->token_length_size(), 6);
  EXPECT_EQ(data->token_score(2), -1.5f);
  EXPECT_EQ(data->token_score(3), -1);
  EXPECT_EQ(data->split(0).metaspace().replacement(), "\u2581");
  for (const auto& [from, to] :
       {std::pair<absl::string_view, absl::string_view>{R"(["a", -1])", "7"},
        {R"(["a", -1])", R"(["a"])"},
        {R"(["a", -1])", R"([1, "a"])"},
        {R"("unk_id": 0)", R"("unk_id": 4)"},
        {R"("unk_id": 0)", R"("unk_id": -1)"},
        {R"("vocab": [)", R"("vocab": {}, "rest": [)"}}) {
    const std::string json = absl::StrReplaceAll(kUnigram, {{from, to}});
    EXPECT_TRUE(absl::IsDataLoss(ReadText(json).status())) << json;
  }
  EXPECT_FALSE(
      ReadText(absl::StrReplaceAll(kUnigram, {{R"("unk_id": 0, )", ""}}))
          ->has_unknown_id());
}

TEST(HfTokenizerTest, TokensOfTheConfiguration) {
  HfTokenizerFiles files;
  files.tokenizer = kSmall;
  files.tokenizer_config = R"({"eos_token": "b", "pad_token": "<p>",
    "additional_special_tokens": ["<q>", {"content": "<r>"}],
    "model_max_length": 1000000000000000019884624838656,
    "added_tokens_decoder": {"9": {"content": "<d>", "special": false},
                             "3": {"content": "<|x|>", "special": false}}})";
  auto data = TokenizerFromHuggingFace(files);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->token_text(), "abab<|x|><y><d><p><q><r>");
  EXPECT_EQ(data->token_type(), std::string("\1\3\1\3\4\4\3\3\3"));
  EXPECT_EQ(data->eos_id(), 1u);
  EXPECT_EQ(data->padding_id(), 6u);
  // Older folders have two files instead of added_tokens_decoder.
  files.tokenizer_config = R"({"eos_token": "a", "pad_token": "<p>"})";
  files.special_tokens_map = R"({"eos_token": {"content": "b"}})";
  files.added_tokens = R"({"<d>": 9, "<p>": 8})";
  data = TokenizerFromHuggingFace(files);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->token_text(), "abab<|x|><y><p><d>");
  EXPECT_EQ(data->token_type(), std::string("\1\3\1\3\4\3\4"));
  EXPECT_EQ(data->eos_id(), 1u);
}

TEST(HfTokenizerTest, BrokenFilesAreDataLoss) {
  const std::string broken[] = {
      "",
      "{",
      "[]",
      "null",
      "\xFF",
      "{}",
      Small(R"("vocab")", R"("words")"),
      Small(R"({"a": 0, "b": 1, "ab": 2})", "[]"),
      Small(R"({"a": 0, "b": 1, "ab": 2})", "{}"),
      Small(R"("b": 1)", R"("a": 1)"),
      Small(R"("b": 1)", R"("b": "1")"),
      Small(R"("b": 1)", R"("b": -1)"),
      Small(R"("b": 1)", R"("b": 1.0)"),
      Small(R"("b": 1)", R"("b": 0)"),
      Small(R"("b": 1)", R"("b": 18446744073709551615)"),
      Small(R"("b": 1)", R"("b": 4294967295)"),
      Small(R"("merges")", R"("joins")"),
      Small(R"(["a b"])", R"({"a": "b"})"),
      Small(R"("a b")", R"("ab")"),
      Small(R"("a b")", R"("a b a")"),
      Small(R"("a b")", R"("a  b")"),
      Small(R"("a b")", R"(" b")"),
      Small(R"("a b")", R"("a c")"),
      Small(R"("a b")", R"("b a")"),
      Small(R"("a b")", R"(["a", "b", "a"])"),
      Small(R"("a b")", R"(["a", 1])"),
      Small(R"("a b")", "7"),
      Small(R"("id": 4, )", ""),
      Small(R"("id": 4)", R"("id": "4")"),
      Small(R"("content": "<|x|>")", R"("content": 5)"),
      Small(R"("added_tokens": [)", R"("added_tokens": 5, "rest": [)"),
  };
  for (const std::string& json : broken) {
    const auto data = ReadText(json);
    EXPECT_TRUE(absl::IsDataLoss(data.status())) << json << data.status();
    EXPECT_EQ(data.status().message().find("tokenizer.json"), 0u)
        << data.status();
  }
}

TEST(HfTokenizerTest, VocabSizeFillsUpAndCutsNothing) {
  EXPECT_EQ(ReadText(kSmall, 2)->token_length_size(), 5);
  EXPECT_EQ(ReadText(kSmall, 6)->token_length_size(), 6);
  EXPECT_TRUE(absl::IsDataLoss(ReadText(kSmall, uint64_t{1} << 32).status()));
  EXPECT_TRUE(absl::IsDataLoss(ReadText(kSmall, ~uint64_t{0}).status()));
}

TEST(HfTokenizerTest, BrokenConfigsAreNamed) {
  HfTokenizerFiles files = TinyFiles("tokenizer.json");
  files.tokenizer_config = "{";
  EXPECT_EQ(TokenizerFromHuggingFace(files).status().message().find(
                "tokenizer_config.json"),
            0u);
  files = TinyFiles("tokenizer.json");
  files.generation_config = "[1]";
  EXPECT_EQ(TokenizerFromHuggingFace(files).status().message().find(
                "generation_config.json"),
            0u);
}

TEST(HfTokenizerTest, DamagedFiles) {
  HfTokenizerFiles files = TinyFiles("tokenizer.json");
  ByteMutator mutator(*files.tokenizer);
  int read = 0;
  for (int i = 0; i < 3000; ++i) {
    files.tokenizer = mutator.Next();
    const auto data = TokenizerFromHuggingFace(files);
    if (!data.ok()) continue;
    const auto tokenizer = Tokenizer::Create(*data);
    if (!tokenizer.ok()) continue;
    ++read;
    (*tokenizer)->Encode("One fox, \xFF 12\n", {});
  }
  EXPECT_GT(read, 20);
}

}  // namespace
}  // namespace tessera
