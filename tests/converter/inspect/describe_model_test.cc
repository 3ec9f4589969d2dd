#include "converter/inspect/describe_model.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "converter/inspect/model_facts.h"
#include "converter/source/weight_source.h"
#include "formats/arena/attachment.h"
#include "formats/gguf/gguf_value.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;

void Append(const std::string& key, const std::string& text,
            google::protobuf::RepeatedPtrField<SourceMetadata>* metadata) {
  const GgufValue value = GgufValue::String(text);
  SourceMetadata& entry = *metadata->Add();
  entry.set_key(key);
  entry.set_type(static_cast<uint32_t>(value.type()));
  entry.set_value(value.raw().data(), value.raw().size());
}

TokenizerData SomeTokenizer() {
  TokenizerData tokenizer;
  tokenizer.set_kind(TokenizerData::KIND_SENTENCEPIECE);
  tokenizer.set_token_text("<unk><s></s>abc");
  for (const int length : {5, 3, 4, 3}) tokenizer.add_token_length(length);
  tokenizer.set_bos_id(1);
  tokenizer.set_add_bos(true);
  tokenizer.set_eos_id(2);
  tokenizer.set_unknown_id(0);
  tokenizer.add_end_of_generation_id(2);
  tokenizer.add_end_of_generation_id(3);
  tokenizer.add_end_of_generation_id(99);
  return tokenizer;
}

// An arena that was made of a GGUF file of a Llama model.
WeightSource SomeArena() {
  WeightSource source;
  source.format = "arena";
  source.tensors.emplace_back().name = "token_embd.weight";
  ModelConfig& model = source.model.emplace();
  model.set_model_type("llama");
  model.set_max_position_embeddings(131072);
  model.mutable_rope_scaling()->set_rope_type("llama3");
  model.mutable_rope_scaling()->set_factor(8);
  model.set_num_hidden_layers(1);
  model.set_hidden_size(4096);
  model.set_num_attention_heads(32);
  model.set_num_key_value_heads(8);
  model.set_head_dim(128);
  model.set_vocab_size(128256);
  source.tokenizer = SomeTokenizer();
  source.tokenizer->set_chat_template(std::string(4614, 't'));
  auto* metadata = source.origin.emplace().mutable_metadata();
  Append("general.name", "Llama \x1b[31m3", metadata);
  Append("general.license", "llama3.1", metadata);
  Append("general.license.link", "https://example.org/LICENSE", metadata);
  return source;
}

// The fact called `name`, of the lines for people.
std::string Fact(const WeightSource& source, const std::string& name) {
  const FactGroup facts = ModelFacts(DescribeModel(source), true);
  for (const FactGroup::Fact& fact : facts.facts) {
    if (fact.name == name) return fact.value;
  }
  return "(none)";
}

TEST(DescribeModelTest, EverythingThatIsStated) {
  const WeightSource source = SomeArena();
  EXPECT_EQ(Fact(source, "architecture"), "llama");
  EXPECT_EQ(Fact(source, "name"), "Llama \\x1b[31m3");
  EXPECT_EQ(Fact(source, "licence"), "llama3.1, https://example.org/LICENSE");
  EXPECT_EQ(Fact(source, "context"),
            "131,072 tokens, as trained; rope scaling llama3, factor 8");
  EXPECT_EQ(Fact(source, "size"),
            "1 layer, hidden size 4,096, 32 heads of 128, 8 for keys and "
            "values, vocabulary 128,256");
  EXPECT_EQ(Fact(source, "tokenizer"),
            "SentencePiece, 4 tokens; begin 1 '<s>' (added); end 2 '</s>'; end "
            "3 'abc'; end 99 ''; unknown 0 '<unk>'");
  EXPECT_EQ(Fact(source, "chat template"), "4,614 bytes");
  EXPECT_EQ(Fact(source, "runs"), "yes");
  EXPECT_EQ(Fact(source, "warning"), "(none)");
}

TEST(DescribeModelTest, WhatIsNotStatedSaysSo) {
  WeightSource source;
  source.tensors.emplace_back().name = "a";
  for (const char* name :
       {"architecture", "name", "licence", "context", "size"}) {
    EXPECT_EQ(Fact(source, name), "not stated") << name;
  }
  EXPECT_EQ(Fact(source, "tokenizer"), "none");
  EXPECT_EQ(Fact(source, "chat template"), "none");
  EXPECT_EQ(Fact(source, "runs"),
            "no: it holds tensors alone, without a model configuration");
}

TEST(DescribeModelTest, WhyItDoesNotRun) {
  WeightSource source = SomeArena();
  source.tensors[0].unmapped = true;
  EXPECT_EQ(Fact(source, "runs"),
            "no: 1 tensor has no place in the architecture");
  source.model->add_not_understood(
      "config.json: alibi: true is not understood");
  EXPECT_EQ(Fact(source, "runs"),
            "no: this llama model is not supported: config.json: alibi: true "
            "is not understood");
  source.model->set_num_experts(8);
  source.model->set_num_experts_per_tok(2);
  EXPECT_EQ(Fact(source, "runs"),
            "no: this llama model is not supported: it is a mixture of 8 "
            "experts, for which there is no code");
  EXPECT_TRUE(
      absl::StrContains(Fact(source, "size"), "8 experts, 2 at a time"));
  source.model->set_model_type("falcon-h1");
  EXPECT_EQ(Fact(source, "runs"),
            "no: architecture 'falcon-h1' is not known to this version");
  EXPECT_EQ(Fact(source, "architecture"),
            "falcon-h1, which is not known to this version");
  source.tensors.clear();
  EXPECT_EQ(Fact(source, "runs"), "no: it holds a vocabulary and no weights");
  source = SomeArena();
  source.tokenizer.reset();
  EXPECT_EQ(Fact(source, "runs"), "no: there is no tokenizer");
  EXPECT_EQ(Fact(source, "tokenizer"), "none");
  source.notes = {"other", "tokenizer.json: model: WordPiece is not supported"};
  EXPECT_EQ(Fact(source, "tokenizer"),
            "none: tokenizer.json: model: WordPiece is not supported");
  EXPECT_EQ(Fact(source, "warning"), "other");
}

TEST(DescribeModelTest, FactsOfConfigJson) {
  WeightSource source;
  source.tensors.emplace_back().name = "a";
  source.attachments.push_back(*PackAttachment(
      "config.json", R"({"model_type": "newer", "_name_or_path": "org/Model-7B",
                         "license": "mit"})"));
  EXPECT_EQ(Fact(source, "architecture"),
            "newer, which is not known to this version");
  EXPECT_EQ(Fact(source, "name"), "org/Model-7B");
  EXPECT_EQ(Fact(source, "licence"), "mit");
}

TEST(DescribeModelTest, SeveralChatTemplates) {
  WeightSource source = SomeArena();
  for (const char* name : {"tool_use", "r\nag"}) {
    auto& named = *source.tokenizer->add_named_chat_template();
    named.set_name(name);
    named.set_text("x");
  }
  EXPECT_EQ(Fact(source, "chat template"),
            "4,614 bytes, 'tool_use' of 1 byte, 'r\\nag' of 1 byte");
  for (int i = 0; i < 1000; ++i) {
    source.tokenizer->add_named_chat_template()->set_name(
        std::string(1000, 'n'));
  }
  EXPECT_LT(Fact(source, "chat template").size(), 500u);
  EXPECT_TRUE(absl::StrContains(Fact(source, "chat template"), ", 997 more"));
}

TEST(DescribeModelTest, TextOfAnyLengthAndManyWarningsStayShort) {
  WeightSource source = SomeArena();
  source.origin->clear_metadata();
  Append("general.name", std::string(300075, '\xff'),
         source.origin->mutable_metadata());
  Append("general.license.name", "two\nlines",
         source.origin->mutable_metadata());
  source.model->set_model_type(std::string(100000, 'a'));
  for (int i = 0; i < 1000; ++i) {
    source.notes.push_back(
        absl::StrCat("note ", i / 2, std::string(9999, '.')));
  }
  const ModelDescription model = DescribeModel(source);
  EXPECT_EQ(model.warnings.size(), 21u);
  EXPECT_EQ(model.warnings.back(), "and 480 more");
  EXPECT_EQ(Fact(source, "licence"), "two\\nlines");
  for (const FactGroup::Fact& fact : ModelFacts(model, true).facts) {
    EXPECT_LT(fact.value.size(), 500u) << fact.name;
  }
}

// Of lists of tokens, arenas keep no value; other types are no text.
TEST(DescribeModelTest, ValuesOfOtherTypesAreNotStated) {
  WeightSource source = SomeArena();
  auto* metadata = source.origin->mutable_metadata();
  metadata->Clear();
  SourceMetadata& entry = *metadata->Add();
  entry.set_key("general.name");
  entry.set_type(static_cast<uint32_t>(GgufType::kUint32));
  entry.set_value("abcd");
  SourceMetadata& broken = *metadata->Add();
  broken.set_key("general.license");
  broken.set_type(77);
  EXPECT_EQ(Fact(source, "name"), "not stated");
  EXPECT_EQ(Fact(source, "licence"), "not stated");
}

}  // namespace
}  // namespace tessera
