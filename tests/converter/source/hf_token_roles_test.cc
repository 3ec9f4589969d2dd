#include "converter/source/hf_token_roles.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/testing/tokenizer_builder.h"

namespace tessera {
namespace {

// Tokens 256 to 260 of a byte-level vocabulary.
constexpr uint32_t kBos = 256;
constexpr uint32_t kEos = 257;
constexpr uint32_t kTurn = 258;
constexpr uint32_t kPad = 259;
constexpr uint32_t kOther = 260;

constexpr char kBosTemplate[] = R"({"post_processor":{
  "type":"TemplateProcessing",
  "single":[{"SpecialToken":{"id":"B","type_id":0}},
            {"Sequence":{"id":"A","type_id":0}}],
  "special_tokens":{"B":{"id":"B","ids":[256],"tokens":["B"]}}}})";

class Roles {
 public:
  Roles& Tokenizer(std::string json) { return Set(&tokenizer_, json); }
  Roles& Config(std::string json) { return Set(&config_, json); }
  Roles& Generation(std::string json) { return Set(&generation_, json); }
  Roles& ClassKeepsTemplate() {
    class_keeps_template_ = true;
    return *this;
  }
  Roles& Kind(TokenizerData::Kind kind) {
    kind_ = kind;
    return *this;
  }
  Roles& ModelIds(std::optional<uint32_t> bos, std::vector<uint32_t> eos) {
    bos_ = bos;
    eos_ = std::move(eos);
    return *this;
  }

  absl::StatusOr<TokenizerData> Read() const {
    TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
    HfVocabulary vocabulary;
    for (const absl::string_view text :
         {"<bos>", "<eos_of_text>", "<|im_end|>", "<pad>", "<other>"}) {
      vocabulary.Add(text, builder.Token(text, TokenType::kControl));
    }
    builder.data().set_kind(kind_);
    const auto tokenizer = JsonDocument::Parse(tokenizer_);
    const auto config = JsonDocument::Parse(config_);
    const auto generation = JsonDocument::Parse(generation_);
    HfRoleSources sources;
    auto around = ReadHfPostProcessor(tokenizer->root());
    if (!around.ok()) return around.status();
    sources.around = *std::move(around);
    sources.class_keeps_template = class_keeps_template_;
    if (config_ != "null") sources.config.tokenizer_config = config->root();
    if (generation_ != "null") sources.generation_config = generation->root();
    sources.bos_token_id = bos_;
    sources.eos_token_ids = eos_;
    const absl::Status status =
        SetHfTokenRoles(sources, vocabulary, &builder.data());
    if (!status.ok()) return status;
    return builder.data();
  }

  TokenizerData Data() const {
    auto data = Read();
    EXPECT_TRUE(data.ok()) << data.status();
    return data.ok() ? *std::move(data) : TokenizerData();
  }

 private:
  Roles& Set(std::string* file, const std::string& json) {
    *file = json;
    return *this;
  }

  std::string tokenizer_ = "{}";
  std::string config_ = "null";
  std::string generation_ = "null";
  bool class_keeps_template_ = false;
  TokenizerData::Kind kind_ = TokenizerData::KIND_BYTE_LEVEL_BPE;
  std::optional<uint32_t> bos_;
  std::vector<uint32_t> eos_;
};

std::vector<uint32_t> Ends(const TokenizerData& data) {
  return {data.end_of_generation_id().begin(),
          data.end_of_generation_id().end()};
}

TEST(HfTokenRolesTest, NothingIsKnownFromNothing) {
  const TokenizerData data = Roles().Data();
  EXPECT_FALSE(data.has_bos_id());
  EXPECT_FALSE(data.has_eos_id());
  EXPECT_FALSE(data.add_bos());
  EXPECT_EQ(Ends(data), std::vector<uint32_t>{kTurn});  // by its text
}

TEST(HfTokenRolesTest, TextsComeBeforeNumbers) {
  Roles roles;
  roles.ModelIds(kOther, {kOther});
  EXPECT_EQ(roles.Data().bos_id(), kOther);
  EXPECT_EQ(roles.Data().eos_id(), kOther);
  roles.Generation(R"({"bos_token_id":259,"eos_token_id":[258,257]})");
  EXPECT_EQ(roles.Data().bos_id(), kPad);
  EXPECT_EQ(roles.Data().eos_id(), kTurn);
  EXPECT_EQ(Ends(roles.Data()), (std::vector<uint32_t>{kEos, kOther}));
  roles.Config(R"({"bos_token":"<bos>","eos_token":{"content":"<eos_of_text>"},
                   "pad_token":"<pad>","unk_token":null})");
  const TokenizerData data = roles.Data();
  EXPECT_EQ(data.bos_id(), kBos);
  EXPECT_EQ(data.eos_id(), kEos);
  EXPECT_EQ(data.padding_id(), kPad);
  EXPECT_FALSE(data.has_unknown_id());
  EXPECT_EQ(Ends(data), (std::vector<uint32_t>{kTurn, kOther}));
}

TEST(HfTokenRolesTest, PostProcessorAddsTokens) {
  TokenizerData data = Roles().Tokenizer(kBosTemplate).Data();
  EXPECT_EQ(data.bos_id(), kBos);
  EXPECT_TRUE(data.add_bos());
  EXPECT_FALSE(data.add_eos());
  // In a Sequence, before and behind.
  data = Roles()
             .Tokenizer(R"({"post_processor":{"type":"Sequence","processors":[
               {"type":"ByteLevel"},{"type":"TemplateProcessing",
               "single":[{"SpecialToken":{"id":"B"}},{"Sequence":{"id":"A"}},
                         {"SpecialToken":{"id":"E"}}],
               "special_tokens":{"B":{"ids":[256]},"E":{"ids":[257]}}}]}})")
             .Data();
  EXPECT_TRUE(data.add_bos());
  EXPECT_TRUE(data.add_eos());
  EXPECT_EQ(data.eos_id(), kEos);
  data = Roles().Tokenizer(R"({"post_processor":{"type":"ByteLevel"}})").Data();
  EXPECT_FALSE(data.add_bos());
}

TEST(HfTokenRolesTest, TokenizerConfigOverridesThePostProcessor) {
  EXPECT_FALSE(Roles()
                   .Tokenizer(kBosTemplate)
                   .Config(R"({"add_bos_token":false})")
                   .Data()
                   .add_bos());
  EXPECT_TRUE(Roles()
                  .Config(R"({"add_bos_token":true,"bos_token":"<bos>"})")
                  .Data()
                  .add_bos());
  EXPECT_TRUE(absl::IsDataLoss(
      Roles().Config(R"({"add_bos_token":true})").Read().status()));
  EXPECT_TRUE(absl::IsDataLoss(
      Roles()
          .Config(R"({"add_eos_token":true,"bos_token":"<bos>"})")
          .Read()
          .status()));
}

TEST(HfTokenRolesTest, MostClassesKeepTheTemplate) {
  EXPECT_TRUE(Roles()
                  .ClassKeepsTemplate()
                  .Tokenizer(kBosTemplate)
                  .Config(R"({"tokenizer_class":"PreTrainedTokenizerFast",
                              "add_bos_token":false})")
                  .Data()
                  .add_bos());
}

TEST(HfTokenRolesTest, SomeClassesWriteTheirOwnTemplate) {
  Roles roles;
  roles.ClassKeepsTemplate().Kind(TokenizerData::KIND_BPE);
  for (const absl::string_view name :
       {"LlamaTokenizer", "LlamaTokenizerFast", "GemmaTokenizerFast"}) {
    const auto config = [&](absl::string_view members) {
      return roles
          .Config(absl::StrCat(R"({"tokenizer_class":")", name, R"(")", members,
                               "}"))
          .Data();
    };
    TokenizerData data =
        config(R"(,"bos_token":"<bos>","eos_token":"<eos_of_text>")");
    EXPECT_TRUE(data.add_bos());
    EXPECT_FALSE(data.add_eos());
    EXPECT_EQ(data.bos_id(), kBos);
    data = config(R"(,"bos_token":"<bos>","eos_token":"<eos_of_text>",
                      "add_bos_token":false,"add_eos_token":true)");
    EXPECT_FALSE(data.add_bos());
    EXPECT_TRUE(data.add_eos());
    // Nothing is added where there is no such token and nobody asks for it.
    EXPECT_FALSE(config(R"(,"bos_token":null)").add_bos());
  }
  // The class knows its tokens.
  EXPECT_EQ(
      roles.Config(R"({"tokenizer_class":"GemmaTokenizer"})").Data().bos_id(),
      kBos);
}

// As DeepSeek's.
TEST(HfTokenRolesTest, AByteLevelFileIsNotOfLlamasClass) {
  const TokenizerData data = Roles()
                                 .ClassKeepsTemplate()
                                 .Config(R"({"bos_token":"<bos>",
                  "add_bos_token":true,"tokenizer_class":"LlamaTokenizerFast"})")
                                 .Data();
  EXPECT_FALSE(data.add_bos());
  EXPECT_EQ(data.bos_id(), kBos);
}

TEST(HfTokenRolesTest, SeveralTokensAround) {
  const TokenizerData data =
      Roles()
          .Tokenizer(R"({"post_processor":{"type":"TemplateProcessing",
            "single":[{"SpecialToken":{"id":"B"}},{"SpecialToken":{"id":"E"}},
                      {"Sequence":{"id":"A"}},{"SpecialToken":{"id":"E"}}],
            "special_tokens":{"B":{"ids":[256]},"E":{"ids":[257,258]}}}})")
          .Config(R"({"bos_token":"<bos>"})")
          .Data();
  EXPECT_EQ(
      std::vector<uint32_t>(data.prefix_id().begin(), data.prefix_id().end()),
      (std::vector<uint32_t>{kBos, kEos, kTurn}));
  EXPECT_EQ(
      std::vector<uint32_t>(data.suffix_id().begin(), data.suffix_id().end()),
      (std::vector<uint32_t>{kEos, kTurn}));
  EXPECT_FALSE(data.add_bos());
  EXPECT_EQ(data.bos_id(), kBos);
}

TEST(HfTokenRolesTest, RobertaProcessing) {
  const TokenizerData data =
      Roles()
          .Tokenizer(R"({"post_processor":{"type":"RobertaProcessing",
                         "cls":["<bos>",256],"sep":["<eos>",257]}})")
          .Data();
  EXPECT_TRUE(data.add_bos());
  EXPECT_TRUE(data.add_eos());
  EXPECT_EQ(data.bos_id(), kBos);
  EXPECT_EQ(data.eos_id(), kEos);
}

TEST(HfTokenRolesTest, RefusesIdsOutOfRange) {
  const Roles cases[] = {
      Roles().ModelIds(261, {}),
      Roles().ModelIds({}, {261}),
      Roles().Generation(R"({"eos_token_id":261})"),
      Roles().Generation(R"({"eos_token_id":[1,4294967296]})"),
      Roles().Generation(R"({"eos_token_id":-1})"),
      Roles().Generation(R"({"eos_token_id":"2"})"),
      Roles().Generation(R"({"bos_token_id":1.5})"),
  };
  for (const Roles& roles : cases) {
    EXPECT_TRUE(absl::IsDataLoss(roles.Read().status()))
        << roles.Read().status();
  }
}

TEST(HfTokenRolesTest, RefusesTemplatesOfIdsOutOfRange) {
  EXPECT_TRUE(absl::IsDataLoss(
      Roles()
          .Tokenizer(R"({"post_processor":{"type":"TemplateProcessing",
            "single":[{"SpecialToken":{"id":"B"}},{"Sequence":{"id":"A"}}],
            "special_tokens":{"B":{"ids":[999]}}}})")
          .Read()
          .status()));
}

}  // namespace
}  // namespace tessera
