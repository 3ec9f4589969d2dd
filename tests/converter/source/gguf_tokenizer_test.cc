#include "converter/source/gguf_tokenizer.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "formats/gguf/gguf_reader.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "runtime/tokenizer/tokenizer.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/byte_mutator.h"
#include "tests/testing/gguf_builder.h"
#include "tests/testing/tokenizer_builder.h"
#include "tests/testing/tokenizer_vectors.h"

namespace tessera {
namespace {

constexpr char kTiny[] = "testdata/tiny/gguf/tiny-TQ1_0-pure.gguf";
constexpr char kSpm[] = "testdata/tiny/spm/tiny-spm-vocab.gguf";

GgufMetadata Parse(const std::string& file) {
  const auto parsed = ParseGguf(AsBytes(file));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? parsed->metadata : GgufMetadata();
}

TokenizerData Read(const GgufMetadata& metadata) {
  auto data = TokenizerFromGguf(metadata);
  EXPECT_TRUE(data.ok()) << data.status();
  return data.ok() ? *std::move(data) : TokenizerData();
}

std::string DataLossMessage(const GgufMetadata& metadata) {
  const auto data = TokenizerFromGguf(metadata);
  EXPECT_TRUE(absl::IsDataLoss(data.status())) << data.status();
  return std::string(data.status().message());
}

bool Equal(const TokenizerData& a, const TokenizerData& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

TokenizerBuilder SmallBpe() {
  TokenizerBuilder builder = TokenizerBuilder::ByteLevel();
  builder.Merge("a", "b");
  builder.Token("<|start|>", TokenType::kControl);
  builder.data().set_eos_id(builder.Token("<|end|>", TokenType::kControl));
  builder.data().set_bos_id(builder.Id("<|start|>"));
  return builder;
}

// The metadata of a tokenizer, with some entries replaced or, if the new value
// is absent, left out.
class Patched {
 public:
  explicit Patched(TokenizerBuilder builder) {
    AppendTokenizer(builder.data(), &whole_);
  }

  Patched& Set(absl::string_view key, GgufValue value) {
    patched_.Append(absl::StrCat("tokenizer.ggml.", key), std::move(value));
    return *this;
  }
  Patched& Remove(absl::string_view key) {
    removed_.push_back(absl::StrCat("tokenizer.ggml.", key));
    return *this;
  }

  GgufMetadata metadata() const {
    GgufMetadata result = patched_;
    for (const GgufMetadataEntry& entry : whole_.entries()) {
      if (std::find(removed_.begin(), removed_.end(), entry.key) ==
          removed_.end()) {
        result.Append(entry.key, entry.value);
      }
    }
    return result;
  }

 private:
  GgufMetadata whole_;
  GgufMetadata patched_;
  std::vector<std::string> removed_;
};

GgufValue Integers(size_t count, int32_t value = 1) {
  return GgufValue::Array<int32_t>(std::vector<int32_t>(count, value));
}

GgufValue Floats(size_t count) {
  return GgufValue::Array<float>(std::vector<float>(count, 0.5f));
}

TEST(GgufTokenizerTest, TinyModelEncodesAllVectors) {
  const std::string file = ReadTestFile(kTiny);
  const TokenizerData data = Read(Parse(file));
  EXPECT_EQ(data.kind(), TokenizerData::KIND_BYTE_LEVEL_BPE);
  EXPECT_EQ(data.pre_tokenizer(), "gpt-2");
  EXPECT_EQ(data.bos_id(), 1022u);
  EXPECT_EQ(data.eos_id(), 1023u);
  EXPECT_TRUE(data.add_bos());
  EXPECT_FALSE(data.ignore_merges());
  const auto tokenizer = Tokenizer::Create(data);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  ExpectTinyVectors(**tokenizer);
  EXPECT_TRUE((*tokenizer)->IsEndOfGeneration(1023));
}

TEST(GgufTokenizerTest, SentencepieceEncodesAllVectors) {
  const std::string file = ReadTestFile(kSpm);
  const TokenizerData data = Read(Parse(file));
  EXPECT_EQ(data.kind(), TokenizerData::KIND_SENTENCEPIECE);
  EXPECT_TRUE(data.add_space_prefix());
  EXPECT_TRUE(data.add_bos());
  const auto tokenizer = Tokenizer::Create(data);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  const auto vectors =
      ReadTokenizerVectors("testdata/tiny/spm/spm_vectors.json");
  ASSERT_EQ(vectors.size(), 231u);
  for (const TokenizerVector& vector : vectors) {
    const std::vector<int32_t> ids =
        (*tokenizer)
            ->Encode(vector.text,
                     {.add_special = false, .parse_special = false});
    EXPECT_EQ(ids, vector.ids) << vector.text;
    // U+2581 is how the vocabulary spells a space: the two decode alike.
    std::string text = absl::StrReplaceAll(vector.text, {{"\u2581", " "}});
    if (!text.empty()) text.insert(0, " ");
    EXPECT_EQ(DecodeAll(**tokenizer, ids), text);
  }
}

TEST(GgufTokenizerTest, RoundTripOfFiles) {
  for (const char* path : {kTiny, kSpm}) {
    const std::string file = ReadTestFile(path);
    const TokenizerData data = Read(Parse(file));
    GgufMetadata metadata;
    AppendTokenizer(data, &metadata);
    EXPECT_TRUE(Equal(Read(metadata), data)) << path;
    // Through bytes too, and the lists are the file's own.
    const std::string written = BuildGguf(metadata, {});
    const GgufMetadata read = Parse(written);
    const GgufMetadata original = Parse(file);
    for (const absl::string_view key :
         {"tokens", "token_type", "merges", "scores", "bos_token_id", "pre"}) {
      const std::string name = absl::StrCat("tokenizer.ggml.", key);
      const GgufValue* expected = original.Find(name);
      const GgufValue* found = read.Find(name);
      ASSERT_EQ(found == nullptr, expected == nullptr) << name;
      if (found == nullptr) continue;
      EXPECT_EQ(found->raw(), expected->raw()) << name;
    }
  }
}

TEST(GgufTokenizerTest, RoundTripOfEveryField) {
  TokenizerBuilder builder = SmallBpe();
  TokenizerData& data = builder.data();
  data.set_pre_tokenizer("llama-bpe");
  data.set_ignore_merges(true);
  data.set_unknown_id(4);
  data.set_padding_id(5);
  data.add_end_of_generation_id(6);
  data.add_end_of_generation_id(7);
  data.set_add_bos(false);
  data.set_add_eos(true);
  data.set_chat_template("{% for m in messages %}\u20AC{% endfor %}");
  TokenizerData::NamedTemplate* named = data.add_named_chat_template();
  named->set_name("tool_use");
  named->set_text("{{ tools }}");
  GgufMetadata metadata;
  AppendTokenizer(data, &metadata);
  EXPECT_TRUE(Equal(Read(metadata), data));
}

TEST(GgufTokenizerTest, AppendKeepsWhatIsThere) {
  GgufMetadata metadata;
  metadata.Append("tokenizer.ggml.bos_token_id",
                  GgufValue::Scalar<uint64_t>(9));
  AppendTokenizer(SmallBpe().data(), &metadata);
  EXPECT_EQ(metadata.Find("tokenizer.ggml.bos_token_id")->type(),
            GgufType::kUint64);
  EXPECT_EQ(Read(metadata).bos_id(), 9u);
}

TEST(GgufTokenizerTest, DefaultsOfLlamaCpp) {
  const auto read = [](absl::string_view pre) {
    return Read(Patched(SmallBpe())
                    .Set("pre", GgufValue::String(pre))
                    .Remove("add_bos_token")
                    .metadata());
  };
  for (const absl::string_view pre : {"llama-bpe", "llama3", "llama-v3"}) {
    EXPECT_TRUE(read(pre).add_bos());
    EXPECT_TRUE(read(pre).ignore_merges());
  }
  EXPECT_FALSE(read("qwen2").add_bos());
  EXPECT_FALSE(read("qwen2").ignore_merges());
  const TokenizerData without_bos =
      Read(Patched(SmallBpe())
               .Set("pre", GgufValue::String("llama-bpe"))
               .Remove("add_bos_token")
               .Remove("bos_token_id")
               .metadata());
  EXPECT_FALSE(without_bos.has_bos_id());
  EXPECT_FALSE(without_bos.add_bos());
  const TokenizerData spm = Read(Patched(TokenizerBuilder::Sentencepiece())
                                     .Remove("bos_token_id")
                                     .Remove("eos_token_id")
                                     .Remove("unknown_token_id")
                                     .Remove("add_bos_token")
                                     .Remove("add_space_prefix")
                                     .metadata());
  EXPECT_EQ(spm.bos_id(), 1u);
  EXPECT_EQ(spm.eos_id(), 2u);
  EXPECT_EQ(spm.unknown_id(), 0u);
  EXPECT_TRUE(spm.add_bos());
  EXPECT_TRUE(spm.add_space_prefix());
}

TEST(GgufTokenizerTest, Gemma4) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  TokenizerData& data = builder.data();
  builder.Token("a");
  builder.Token("\u2581");
  builder.Merge("\u2581", "a");
  data.set_kind(TokenizerData::KIND_BPE);
  data.set_pre_tokenizer("gemma4");
  data.set_byte_fallback(true);
  data.set_add_bos(true);
  data.set_bos_id(1);
  data.clear_token_score();
  GgufMetadata metadata;
  AppendTokenizer(data, &metadata);
  EXPECT_EQ(*metadata.GetString("tokenizer.ggml.model"), "gemma4");
  const TokenizerData read = Read(metadata);
  EXPECT_EQ(read.kind(), TokenizerData::KIND_BPE);
  EXPECT_EQ(read.merge_left_size(), 1);
  EXPECT_TRUE(read.byte_fallback());
  // llama.cpp does not believe files that say false.
  EXPECT_TRUE(Read(Patched(builder)
                       .Set("add_bos_token", GgufValue::Scalar<bool>(false))
                       .metadata())
                  .add_bos());
}

TEST(GgufTokenizerTest, Unigram) {
  TokenizerBuilder builder = TokenizerBuilder::Sentencepiece();
  builder.data().set_kind(TokenizerData::KIND_UNIGRAM);
  builder.data().add_normalizer()->mutable_replace()->set_pattern(" ");
  builder.data().mutable_normalizer(0)->mutable_replace()->set_content(
      "\u2581");
  const std::vector<uint8_t> charsmap = {1, 2, 255};
  const TokenizerData data =
      Read(Patched(builder)
               .Remove("add_bos_token")
               .Remove("add_eos_token")
               .Remove("eos_token_id")
               .Remove("bos_token_id")
               .Set("add_space_prefix", GgufValue::Scalar<bool>(true))
               .Set("remove_extra_whitespaces", GgufValue::Scalar<bool>(true))
               .Set("precompiled_charsmap", GgufValue::Array<uint8_t>(charsmap))
               .metadata());
  EXPECT_EQ(data.kind(), TokenizerData::KIND_UNIGRAM);
  EXPECT_FALSE(data.add_bos());
  EXPECT_TRUE(data.add_eos());
  EXPECT_EQ(data.eos_id(), 1u);
  EXPECT_EQ(data.padding_id(), 0u);
  ASSERT_EQ(data.normalizer_size(), 4);
  EXPECT_EQ(data.normalizer(0).sentencepiece_charsmap(), "\1\2\377");
  EXPECT_TRUE(data.normalizer(1).extra_spaces());
  EXPECT_EQ(data.normalizer(2).prepend(), " ");
  // And back.
  GgufMetadata metadata;
  AppendTokenizer(data, &metadata);
  EXPECT_EQ(*metadata.GetString("tokenizer.ggml.model"), "t5");
  EXPECT_TRUE(Equal(Read(metadata), data));
  EXPECT_EQ(
      DataLossMessage(Patched(builder)
                          .Set("precompiled_charsmap", GgufValue::String("abc"))
                          .metadata()),
      "tokenizer.ggml.precompiled_charsmap: expected an array of INT8");
}

TEST(GgufTokenizerTest, UnknownPretokenizersAreKeptAndSaid) {
  const auto read = [](absl::string_view pre) {
    return Read(
        Patched(SmallBpe()).Set("pre", GgufValue::String(pre)).metadata());
  };
  EXPECT_EQ(NoteOnPretokenizer(read("qwen2")), "");
  EXPECT_NE(NoteOnPretokenizer(read("brand-new")).find("'brand-new'"),
            std::string::npos);
  EXPECT_EQ(read("brand-new").pre_tokenizer(), "brand-new");
  EXPECT_NE(
      NoteOnPretokenizer(Read(Patched(SmallBpe()).Remove("pre").metadata()))
          .find("'default'"),
      std::string::npos);
  EXPECT_EQ(NoteOnPretokenizer(TokenizerBuilder::Sentencepiece().data()), "");
}

TEST(GgufTokenizerTest, SpacesBehindTokensOfPhi3) {
  GgufMetadata metadata = Patched(SmallBpe()).metadata();
  metadata.Append("general.name", GgufValue::String("My Phi-3 Model"));
  const TokenizerData data = Read(metadata);
  ASSERT_EQ(data.token_flags().size(), 259u);
  EXPECT_EQ(data.token_flags()[257], 2);
  EXPECT_EQ(data.token_flags()[0], 0);
  EXPECT_TRUE(Read(Patched(SmallBpe()).metadata()).token_flags().empty());
}

TEST(GgufTokenizerTest, EndsOfGeneration) {
  TokenizerBuilder builder = SmallBpe();
  const uint32_t turn = builder.Token("<|im_end|>", TokenType::kControl);
  builder.Token("<|eot_id|>", TokenType::kNormal);
  const TokenizerData data =
      Read(Patched(builder)
               .Set("eot_token_id", GgufValue::Scalar<uint32_t>(12))
               .Set("eom_token_id", GgufValue::Scalar<int32_t>(11))
               .metadata());
  EXPECT_EQ(std::vector<uint32_t>(data.end_of_generation_id().begin(),
                                  data.end_of_generation_id().end()),
            (std::vector<uint32_t>{11, 12, turn, turn + 1}));
  EXPECT_EQ(data.token_type()[turn + 1], '\3');
}

TEST(GgufTokenizerTest, TypeZeroIsPlainText) {
  const TokenizerData data =
      Read(Patched(SmallBpe()).Set("token_type", Integers(259, 0)).metadata());
  // But "<|end|>" is the end of a turn whatever the file says.
  EXPECT_EQ(data.token_type(), std::string(258, '\1') + '\3');
}

TEST(GgufTokenizerTest, AbsentAndUnsupportedModels) {
  EXPECT_TRUE(absl::IsNotFound(TokenizerFromGguf(GgufMetadata()).status()));
  for (const absl::string_view model : {"none", "no_vocab"}) {
    EXPECT_TRUE(absl::IsNotFound(
        TokenizerFromGguf(Patched(SmallBpe())
                              .Set("model", GgufValue::String(model))
                              .metadata())
            .status()));
  }
  for (const absl::string_view model : {"bert", "rwkv", "plamo2", ""}) {
    const auto data = TokenizerFromGguf(
        Patched(SmallBpe()).Set("model", GgufValue::String(model)).metadata());
    EXPECT_TRUE(absl::IsUnimplemented(data.status()));
    EXPECT_NE(data.status().message().find(absl::StrCat("'", model, "'")),
              absl::string_view::npos);
  }
}

// ggml issue 26690: scores and token_type were read as float and int without a
// look at their type and length.
TEST(GgufTokenizerTest, RefusesListsOfWrongTypeOrLength) {
  const Patched bpe(SmallBpe());
  const auto with = [&](absl::string_view key, GgufValue value) {
    return DataLossMessage(Patched(bpe).Set(key, std::move(value)).metadata());
  };
  const std::vector<double> doubles(259);
  const std::vector<uint8_t> bytes(259);
  const std::vector<absl::string_view> texts(259);
  for (const GgufValue& value :
       {Integers(259), GgufValue::Array<double>(doubles), Floats(258),
        Floats(260), Floats(0), GgufValue::StringArray(texts),
        GgufValue::Array<uint8_t>(bytes), GgufValue::Scalar<float>(1)}) {
    EXPECT_EQ(with("scores", value).find("tokenizer.ggml.scores"), 0u);
  }
  for (const GgufValue& value :
       {Floats(259), Integers(258), Integers(260), Integers(259, 7),
        Integers(259, -1), GgufValue::Array<uint8_t>(bytes),
        GgufValue::StringArray(texts), GgufValue::String("1")}) {
    EXPECT_EQ(with("token_type", value).find("tokenizer.ggml.token_type"), 0u);
  }
  for (const GgufValue& value :
       {Integers(259), GgufValue::String("a"), GgufValue::Scalar<bool>(true)}) {
    EXPECT_NE(with("tokens", value).find("tokenizer.ggml.tokens"),
              std::string::npos);
    EXPECT_NE(with("merges", value).find("tokenizer.ggml.merges"),
              std::string::npos);
  }
  const std::vector<absl::string_view> none;
  EXPECT_EQ(with("tokens", GgufValue::StringArray(none)),
            "tokenizer.ggml.tokens: no tokens");
}

TEST(GgufTokenizerTest, RefusesMissingLists) {
  EXPECT_NE(DataLossMessage(Patched(SmallBpe()).Remove("tokens").metadata())
                .find("tokenizer.ggml.tokens"),
            std::string::npos);
  EXPECT_NE(DataLossMessage(Patched(SmallBpe()).Remove("merges").metadata())
                .find("tokenizer.ggml.merges"),
            std::string::npos);
  EXPECT_EQ(DataLossMessage(Patched(TokenizerBuilder::Sentencepiece())
                                .Remove("scores")
                                .metadata()),
            "tokenizer.ggml.scores: missing");
}

TEST(GgufTokenizerTest, RefusesMergesOfNoTokens) {
  for (const absl::string_view merge :
       {"", " ", "ab", "a ", " b", "a zz", "zz a", "a b c"}) {
    const std::vector<absl::string_view> merges = {"a b", merge};
    const std::string message =
        DataLossMessage(Patched(SmallBpe())
                            .Set("merges", GgufValue::StringArray(merges))
                            .metadata());
    EXPECT_EQ(message.find("tokenizer.ggml.merges: element 1 is"), 0u)
        << message;
  }
}

TEST(GgufTokenizerTest, RefusesImpossibleIdsFlagsAndTexts) {
  const Patched bpe(SmallBpe());
  for (const absl::string_view key :
       {"bos_token_id", "eos_token_id", "unknown_token_id", "padding_token_id",
        "eot_token_id", "eom_token_id"}) {
    for (const GgufValue& value :
         {GgufValue::Scalar<uint32_t>(259), GgufValue::Scalar<int32_t>(-1),
          GgufValue::Scalar<uint64_t>(std::numeric_limits<uint64_t>::max()),
          GgufValue::Scalar<float>(1), GgufValue::String("1"), Integers(1)}) {
      EXPECT_NE(DataLossMessage(Patched(bpe).Set(key, value).metadata())
                    .find(absl::StrCat("tokenizer.ggml.", key)),
                std::string::npos);
    }
  }
  for (const absl::string_view key :
       {"add_bos_token", "add_eos_token", "add_space_prefix", "pre", "model"}) {
    DataLossMessage(
        Patched(bpe).Set(key, GgufValue::Scalar<uint32_t>(1)).metadata());
  }
  EXPECT_EQ(
      DataLossMessage(Patched(bpe)
                          .Remove("bos_token_id")
                          .Set("add_bos_token", GgufValue::Scalar<bool>(true))
                          .metadata()),
      "tokenizer.ggml.add_bos_token: true, but there is no "
      "tokenizer.ggml.bos_token_id");
  EXPECT_EQ(DataLossMessage(
                Patched(bpe).Set("pre", GgufValue::String("\xFF")).metadata()),
            "tokenizer.ggml.pre: not UTF-8");
}

// Whatever is read from a damaged file, the runtime accepts or refuses it too.
TEST(GgufTokenizerTest, DamagedFiles) {
  for (const char* path : {kSpm, kTiny}) {
    GgufMetadata metadata;
    AppendTokenizer(Read(Parse(ReadTestFile(path))), &metadata);
    ByteMutator mutator(BuildGguf(metadata, {}));
    int read = 0;
    for (int i = 0; i < 3000; ++i) {
      const std::string damaged = mutator.Next();
      const auto parsed = ParseGguf(AsBytes(damaged));
      if (!parsed.ok()) continue;
      const auto data = TokenizerFromGguf(parsed->metadata);
      if (!data.ok()) continue;
      const auto tokenizer = Tokenizer::Create(*data);
      if (!tokenizer.ok()) continue;
      ++read;
      for (const int32_t id : (*tokenizer)->Encode("One fox, \xFF 12\n", {})) {
        ASSERT_LT(id, (*tokenizer)->size());
        (*tokenizer)->Decode(id);
      }
    }
    EXPECT_GT(read, 20) << path;
  }
}

}  // namespace
}  // namespace tessera
