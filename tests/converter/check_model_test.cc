#include "converter/check_model.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "converter/source/open_source.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/safetensors/safetensors_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/convert_model.h"
#include "tests/testing/gguf_builder.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

namespace fs = std::filesystem;

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// ---- GGUF ----

struct Gguf {
  std::string architecture = "llama";
  uint32_t layers = 2;
  uint32_t heads = 4;
  std::string tokenizer = "llama";
  std::vector<TestGgufTensor> tensors;

  Gguf() {
    Add("token_embd.weight", {3, 16});
    for (int layer = 0; layer < 2; ++layer) {
      const std::string blk = absl::StrCat("blk.", layer, ".");
      for (const char* norm : {"attn_norm", "ffn_norm"}) {
        Add(absl::StrCat(blk, norm, ".weight"), {16});
      }
      for (const char* name : {"attn_q", "attn_k", "attn_v", "attn_output",
                               "ffn_gate", "ffn_up", "ffn_down"}) {
        Add(absl::StrCat(blk, name, ".weight"), {16, 16});
      }
    }
    Add("output_norm.weight", {16});
  }

  void Add(const std::string& name, const std::vector<uint64_t>& shape) {
    tensors.push_back({name, DType::kF32, shape, ""});
  }
  void Remove(absl::string_view part) {
    std::erase_if(tensors, [part](const TestGgufTensor& tensor) {
      return absl::StrContains(tensor.name, part);
    });
  }

  std::string Bytes() const {
    GgufMetadata metadata;
    const auto count = [&](absl::string_view name, uint32_t value) {
      metadata.Append(absl::StrCat(architecture, ".", name),
                      GgufValue::Scalar<uint32_t>(value));
    };
    metadata.Append("general.architecture", GgufValue::String(architecture));
    if (layers != 0) count("block_count", layers);
    count("embedding_length", 16);
    count("feed_forward_length", 16);
    count("attention.head_count", heads);
    metadata.Append(
        absl::StrCat(architecture, ".attention.layer_norm_rms_epsilon"),
        GgufValue::Scalar<float>(1e-5f));
    metadata.Append("tokenizer.ggml.model", GgufValue::String(tokenizer));
    const absl::string_view tokens[] = {"a", "b", "c"};
    metadata.Append("tokenizer.ggml.tokens", GgufValue::StringArray(tokens));
    metadata.Append("tokenizer.ggml.scores",
                    GgufValue::Array<float>({0, 0, 0}));
    return BuildGguf(metadata, tensors);
  }
};

// `input`, checked; its notes.
absl::StatusOr<std::vector<std::string>> Check(const std::string& input,
                                               bool tensors_only = false) {
  auto source = OpenWeightSource(input, {.tensors_only = tensors_only});
  if (!source.ok()) return source.status();
  const absl::Status status = CheckModel(input, &*source);
  if (!status.ok()) return status;
  return source->notes;
}

absl::StatusOr<std::vector<std::string>> CheckGguf(
    const std::function<void(Gguf&)>& change) {
  Gguf gguf;
  change(gguf);
  const std::string path = TempPath("in.gguf");
  WriteBytes(path, gguf.Bytes());
  return Check(path);
}

std::string Refusal(const absl::StatusOr<std::vector<std::string>>& notes,
                    absl::StatusCode code = absl::StatusCode::kDataLoss) {
  EXPECT_EQ(notes.status().code(), code) << notes.status();
  EXPECT_THAT(
      std::string(notes.status().message()),
      EndsWith("; --tensors_only converts the tensors without a model"));
  EXPECT_LT(notes.status().message().size(), 600u);
  return std::string(notes.status().message());
}

TEST(CheckModelTest, WholeModelsPass) {
  const auto notes = CheckGguf([](Gguf&) {});
  ASSERT_TRUE(notes.ok()) << notes.status();
  EXPECT_THAT(*notes, IsEmpty());
  ASSERT_TRUE(Check("testdata/tiny").ok());
}

TEST(CheckModelTest, GgufKeysAreNamed) {
  EXPECT_THAT(
      Refusal(CheckGguf([](Gguf& gguf) { gguf.Remove("blk.1."); })),
      AllOf(StartsWith(TempPath("in.gguf: tensor 'blk.1.attn_norm.weight' is "
                                "missing, and 8 more; llama.block_count is 2")),
            HasSubstr("tensors of 1 layer (is a shard missing?)")));
  EXPECT_THAT(
      Refusal(CheckGguf([](Gguf& gguf) {
        gguf.Remove("blk.0.attn_k.");
        gguf.Add("blk.0.attn_k.weight", {8, 16});
      })),
      HasSubstr("'blk.0.attn_k.weight' has the shape [8, 16], expected [16, "
                "16] (llama.attention.head_count_kv 4 x "
                "llama.attention.key_length 4 by llama.embedding_length 16)"));
  EXPECT_THAT(Refusal(CheckGguf([](Gguf& gguf) {
                gguf.Remove("token_embd");
                gguf.Add("token_embd.weight", {1, 16});
              })),
              HasSubstr("(tokenizer.ggml.tokens 3 by llama.embedding_length "
                        "16) or more rows"));
  EXPECT_THAT(Refusal(CheckGguf([](Gguf& gguf) { gguf.layers = 1; })),
              HasSubstr("llama.block_count is 1, so there is no layer 1"));
}

TEST(CheckModelTest, ConfigurationsThatCannotBeAreErrors) {
  EXPECT_THAT(Refusal(CheckGguf([](Gguf& gguf) { gguf.layers = 0; })),
              HasSubstr("in.gguf: llama.block_count: missing"));
  EXPECT_THAT(Refusal(CheckGguf([](Gguf& gguf) { gguf.heads = 5; })),
              HasSubstr("llama.attention.head_count: 5 heads do not divide "
                        "the hidden size, 16"));
}

TEST(CheckModelTest, WhatIsNotKnownIsANote) {
  auto notes = CheckGguf([](Gguf& gguf) { gguf.architecture = "qwen3next"; });
  ASSERT_TRUE(notes.ok()) << notes.status();
  EXPECT_EQ(notes->front(),
            "architecture 'qwen3next' is not known to this version: the arena "
            "keeps tensors and metadata, and no program here runs it");
  EXPECT_EQ(notes->size(), 1u);
  notes = CheckGguf([](Gguf& gguf) { gguf.tensors.clear(); });
  ASSERT_TRUE(notes.ok()) << notes.status();
  EXPECT_THAT(*notes, Contains(HasSubstr("holds a vocabulary")));
  // Also without a configuration.
  ASSERT_TRUE(CheckGguf([](Gguf& gguf) {
                gguf.tensors.clear();
                gguf.layers = 0;
              }).ok());
  notes = CheckGguf([](Gguf& gguf) { gguf.Add("blk.0.new.weight", {4}); });
  ASSERT_TRUE(notes.ok()) << notes.status();
  EXPECT_THAT(*notes, Contains(HasSubstr("1 tensor has no place in a llama "
                                         "model, such as 'blk.0.new.weight'")));
}

// ---- Hugging Face ----

// testdata/tiny with another configuration, and without some tensors.
absl::StatusOr<std::vector<std::string>> CheckFolder(
    const std::string& from, const std::string& to, absl::string_view left_out,
    const std::string& name = "model.safetensors") {
  const std::string folder = TempPath("folder");
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string config = ReadBytes("testdata/tiny/config.json");
  EXPECT_TRUE(absl::StrContains(config, from)) << from;
  WriteBytes(folder + "/config.json",
             absl::StrReplaceAll(config, {{from, to}}));
  const std::string file = ReadBytes("testdata/tiny/model.safetensors");
  const auto parsed = ParseSafetensors(AsBytes(file));
  EXPECT_TRUE(parsed.ok());
  std::vector<TestSafetensor> tensors;
  for (const SafetensorsTensor& tensor : parsed->tensors) {
    if (!left_out.empty() && absl::StrContains(tensor.name, left_out)) continue;
    tensors.push_back({tensor.name, "BF16", tensor.shape,
                       file.substr(tensor.offset, tensor.size)});
  }
  WriteBytes(folder + "/" + name, BuildSafetensors(tensors));
  return Check(name == "model.safetensors" ? folder : folder + "/" + name);
}

TEST(CheckModelTest, CheckpointsAreNamedAsTheySpell) {
  EXPECT_THAT(
      Refusal(CheckFolder("\"hidden_size\"", "\"hidden_size\"", "layers.1.")),
      HasSubstr("folder: tensor 'model.layers.1.input_layernorm.weight' is "
                "missing, and 8 more; num_hidden_layers is 3"));
  EXPECT_THAT(Refusal(CheckFolder("\"hidden_size\"", "\"hidden_size\"",
                                  "layers.2.self_attn.q")),
              HasSubstr("'model.layers.2.self_attn.q_proj.weight' is missing"));
  EXPECT_THAT(Refusal(CheckFolder("\"num_hidden_layers\": 3",
                                  "\"num_hidden_layers\": 2", "")),
              HasSubstr("model.safetensors: tensor 'model.layers.2."));
  // One of three, under a name that does not say so.
  EXPECT_THAT(Refusal(CheckFolder("\"hidden_size\"", "\"hidden_size\"",
                                  "layers.2.", "part.safetensors")),
              HasSubstr("is a shard missing?"));
}

TEST(CheckModelTest, ConfigJsonIsPartOfTheModel) {
  EXPECT_THAT(Refusal(CheckFolder("\"hidden_size\"", "\"hidden\"", "")),
              HasSubstr("folder: config.json: hidden_size is missing"));
  EXPECT_THAT(Refusal(CheckFolder("\"num_hidden_layers\": 3",
                                  "\"num_hidden_layers\": 0", "")),
              HasSubstr("num_hidden_layers is 0"));
  EXPECT_THAT(
      Refusal(CheckFolder("\"vocab_size\": 1024", "\"vocab_size\": 1056", "")),
      HasSubstr("expected [1056, 256] (vocab_size 1056 by hidden_size "
                "256) or more rows"));
  EXPECT_TRUE(
      CheckFolder("\"vocab_size\": 1024", "\"vocab_size\": 1000", "").ok());
}

TEST(CheckModelTest, RowsThatHeadsDoNotDivideAreAShape) {
  EXPECT_THAT(Refusal(CheckFolder("\"num_key_value_heads\": 4",
                                  "\"num_key_value_heads\": 8", "")),
              HasSubstr("self_attn.k_proj.weight' has the shape [128, 256], "
                        "expected [256, 256] (num_key_value_heads 8 x"));
}

// ---- tensors alone ----

TEST(CheckModelTest, TensorsAloneAreNotChecked) {
  Gguf gguf;
  gguf.Remove("blk.1.");
  gguf.layers = 0;
  gguf.tokenizer = "bert";
  const std::string path = TempPath("part.gguf");
  WriteBytes(path, gguf.Bytes());
  const auto notes = Check(path, /*tensors_only=*/true);
  ASSERT_TRUE(notes.ok()) << notes.status();
  EXPECT_THAT(*notes, IsEmpty());
  ConvertModelOptions options;
  options.tensors_only = true;
  const std::string arena = TempPath("part.arena");
  ASSERT_TRUE(ConvertModel(path, arena, options).ok());
  // It stays so, and comes back.
  auto source = OpenWeightSource(arena);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_TRUE(source->tensors_only);
  EXPECT_FALSE(source->model.has_value());
  EXPECT_TRUE(CheckModel(arena, &*source).ok());
  ASSERT_TRUE(ExportModel(arena, TempPath("back.gguf")).ok());
  EXPECT_TRUE(ReadBytes(TempPath("back.gguf")) == gguf.Bytes());
}

TEST(CheckModelTest, TensorsAloneKeepTheirNames) {
  const auto source = OpenWeightSource("testdata/tiny", {.tensors_only = true});
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_TRUE(source->tensors_only);
  EXPECT_FALSE(source->model.has_value());
  EXPECT_FALSE(source->tokenizer.has_value());
  EXPECT_TRUE(source->attachments.empty());
  for (const SourceTensor& tensor : source->tensors) {
    EXPECT_EQ(tensor.name, tensor.source_name);
    EXPECT_EQ(tensor.rope_heads, 0u);
  }
}

// The lists of tokens are not lost with the tokenizer.
TEST(CheckModelTest, AnArenaCanLoseItsModel) {
  WriteBytes(TempPath("whole.gguf"), Gguf().Bytes());
  ConvertModelOptions options;
  ASSERT_TRUE(
      ConvertModel(TempPath("whole.gguf"), TempPath("whole.arena"), options)
          .ok());
  options.tensors_only = true;
  ASSERT_TRUE(
      ConvertModel(TempPath("whole.arena"), TempPath("part.arena"), options)
          .ok());
  ASSERT_TRUE(ExportModel(TempPath("part.arena"), TempPath("back.gguf")).ok());
  EXPECT_TRUE(ReadBytes(TempPath("back.gguf")) == Gguf().Bytes());
}

}  // namespace
}  // namespace tessera
