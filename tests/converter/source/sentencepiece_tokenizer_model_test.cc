#include "converter/source/sentencepiece_tokenizer_model.h"

#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "converter/source/hf_tokenizer.h"
#include "gtest/gtest.h"
#include "runtime/tokenizer/tokenizer.h"
#include "tests/testing/byte_mutator.h"
#include "tests/testing/tokenizer_vectors.h"

namespace tessera {
namespace {

using sentencepiece::ModelProto;
using sentencepiece::TrainerSpec;
using Piece = ModelProto::SentencePiece;

void Add(const std::string& text, float score, Piece::Type type,
         ModelProto* model) {
  Piece* piece = model->add_pieces();
  piece->set_piece(text);
  piece->set_score(score);
  piece->set_type(type);
}

ModelProto Small(TrainerSpec::ModelType type) {
  ModelProto model;
  model.mutable_trainer_spec()->set_model_type(type);
  Add("<unk>", 0, Piece::UNKNOWN, &model);
  Add("<s>", 0, Piece::CONTROL, &model);
  Add("</s>", 0, Piece::CONTROL, &model);
  Add("<sep>", 0, Piece::USER_DEFINED, &model);
  Add("a", -1, Piece::NORMAL, &model);
  Add("\u2581", -2, Piece::NORMAL, &model);
  Add("\u2581a", -0.5f, Piece::NORMAL, &model);
  return model;
}

HfTokenizerFiles Files(const ModelProto& model, const char* config = nullptr) {
  HfTokenizerFiles files;
  files.tokenizer_model = model.SerializeAsString();
  if (config != nullptr) files.tokenizer_config = config;
  return files;
}

TokenizerData Read(const HfTokenizerFiles& files) {
  auto data = TokenizerFromHuggingFace(files);
  EXPECT_TRUE(data.ok()) << data.status();
  return data.ok() ? *std::move(data) : TokenizerData();
}

TEST(SentencepieceTokenizerModelTest, Bpe) {
  ModelProto model = Small(TrainerSpec::BPE);
  model.mutable_normalizer_spec()->set_remove_extra_whitespaces(false);
  const TokenizerData data = Read(Files(model));
  EXPECT_EQ(data.kind(), TokenizerData::KIND_SENTENCEPIECE);
  EXPECT_EQ(data.token_type(), std::string("\2\3\3\4\1\1\1"));
  EXPECT_EQ(data.token_score(6), -0.5f);
  EXPECT_TRUE(data.add_space_prefix());
  EXPECT_EQ(data.normalizer_size(), 0);
  EXPECT_EQ(data.unknown_id(), 0u);
  EXPECT_EQ(data.bos_id(), 1u);
  EXPECT_EQ(data.eos_id(), 2u);
  EXPECT_FALSE(data.has_padding_id());
  EXPECT_FALSE(data.add_bos());

  model.mutable_normalizer_spec()->set_add_dummy_prefix(false);
  model.mutable_normalizer_spec()->set_remove_extra_whitespaces(true);
  model.mutable_normalizer_spec()->set_precompiled_charsmap("map");
  const TokenizerData other = Read(Files(model));
  EXPECT_FALSE(other.add_space_prefix());
  ASSERT_EQ(other.normalizer_size(), 2);
  EXPECT_EQ(other.normalizer(0).sentencepiece_charsmap(), "map");
  EXPECT_TRUE(other.normalizer(1).extra_spaces());
}

TEST(SentencepieceTokenizerModelTest, Unigram) {
  ModelProto model = Small(TrainerSpec::UNIGRAM);
  model.mutable_normalizer_spec()->set_precompiled_charsmap("map");
  const TokenizerData data = Read(Files(model));
  EXPECT_EQ(data.kind(), TokenizerData::KIND_UNIGRAM);
  ASSERT_EQ(data.normalizer_size(), 4);
  EXPECT_EQ(data.normalizer(0).sentencepiece_charsmap(), "map");
  EXPECT_TRUE(data.normalizer(1).extra_spaces());
  EXPECT_EQ(data.normalizer(2).prepend(), " ");
  EXPECT_EQ(data.normalizer(3).replace().content(), "\u2581");
  ASSERT_EQ(data.decoder_size(), 4);
  EXPECT_EQ(data.decoder(3).strip().start(), 1u);
  EXPECT_TRUE(data.fuse_unknown());
}

TEST(SentencepieceTokenizerModelTest, ClassesAndAddedTokens) {
  const ModelProto model = Small(TrainerSpec::BPE);
  TokenizerData data = Read(Files(model, R"({"tokenizer_class":"LlamaTokenizer",
    "bos_token":"<s>","eos_token":"</s>","added_tokens_decoder":{
    "7":{"content":"<|end|>","special":true},
    "3":{"content":"<sep>","special":false,"rstrip":true}}})"));
  EXPECT_TRUE(data.add_bos());
  EXPECT_FALSE(data.add_eos());
  EXPECT_EQ(data.token_length_size(), 8);
  EXPECT_EQ(data.token_type(), std::string("\2\3\3\4\1\1\1\3"));
  EXPECT_EQ(data.token_flags()[3], 2 | 8);
  data = Read(Files(model, R"({"add_prefix_space":false})"));
  EXPECT_FALSE(data.add_space_prefix());
  EXPECT_TRUE(Read(Files(Small(TrainerSpec::UNIGRAM),
                         R"({"tokenizer_class":"T5Tokenizer"})"))
                  .add_eos());
  const auto shifted = TokenizerFromHuggingFace(
      Files(model, R"({"tokenizer_class":"XLMRobertaTokenizerFast"})"));
  EXPECT_TRUE(absl::IsUnimplemented(shifted.status()));
  EXPECT_TRUE(
      absl::StrContains(shifted.status().message(), "'XLMRobertaTokenizer'"));
}

TEST(SentencepieceTokenizerModelTest, RefusedByName) {
  ModelProto suffix = Small(TrainerSpec::BPE);
  suffix.mutable_trainer_spec()->set_treat_whitespace_as_suffix(true);
  ModelProto unescaped = Small(TrainerSpec::BPE);
  unescaped.mutable_normalizer_spec()->set_escape_whitespaces(false);
  const std::pair<std::string, absl::string_view> kCases[] = {
      {Small(TrainerSpec::WORD).SerializeAsString(), "'WORD'"},
      {Small(TrainerSpec::CHAR).SerializeAsString(), "'CHAR'"},
      {suffix.SerializeAsString(), "treat_whitespace_as_suffix"},
      {unescaped.SerializeAsString(), "escape_whitespaces"},
      {"IQ== 0\nIg== 1\n", "tiktoken"},
  };
  for (const auto& [bytes, name] : kCases) {
    const auto model = ParseSentencepieceModel(bytes);
    EXPECT_TRUE(absl::IsUnimplemented(model.status())) << model.status();
    EXPECT_TRUE(absl::StrContains(model.status().message(), name));
  }
}

TEST(SentencepieceTokenizerModelTest, Damaged) {
  ModelProto twice = Small(TrainerSpec::BPE);
  Add("a", 0, Piece::NORMAL, &twice);
  ModelProto empty = Small(TrainerSpec::BPE);
  Add("", 0, Piece::NORMAL, &empty);
  ModelProto infinite = Small(TrainerSpec::BPE);
  Add("b", std::numeric_limits<float>::infinity(), Piece::NORMAL, &infinite);
  const std::string whole = Small(TrainerSpec::BPE).SerializeAsString();
  for (const std::string& bytes :
       {std::string(), std::string("\xFF\xFF"), std::string("{}"),
        whole.substr(0, whole.size() - 1), twice.SerializeAsString(),
        empty.SerializeAsString(), infinite.SerializeAsString()}) {
    const auto model = ParseSentencepieceModel(bytes);
    EXPECT_TRUE(absl::IsDataLoss(model.status())) << model.status();
  }
}

TEST(SentencepieceTokenizerModelTest, MutatedFiles) {
  const std::string whole = Small(TrainerSpec::UNIGRAM).SerializeAsString();
  ByteMutator mutator(whole);
  for (int i = 0; i < 2000; ++i) {
    HfTokenizerFiles files;
    files.tokenizer_model = mutator.Next();
    const auto data = TokenizerFromHuggingFace(files);
    if (data.ok()) {
      EXPECT_GT(data->token_length_size(), 0);
    } else {
      EXPECT_TRUE(absl::IsDataLoss(data.status()) ||
                  absl::IsUnimplemented(data.status()))
          << data.status();
    }
  }
}

}  // namespace
}  // namespace tessera
