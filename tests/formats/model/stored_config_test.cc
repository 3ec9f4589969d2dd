#include "formats/model/stored_config.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/attachment.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/model/gguf_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kConfig[] = R"({"model_type": "llama", "hidden_size": 64,
    "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
    "vocab_size": 100, "new_scale": 2})";

ModelConfig OldModel() {
  ModelConfig model;
  model.set_model_type("llama");
  model.set_hidden_size(256);
  model.set_intermediate_size(512);
  model.set_num_hidden_layers(3);
  model.set_num_attention_heads(8);
  model.set_rms_norm_eps(1e-5f);
  return model;
}

// The metadata of a GGUF of OldModel, as arenas keep it.
void AddMetadata(Manifest* manifest) {
  GgufMetadata metadata;
  AppendModelConfig(OldModel(), &metadata);
  const absl::string_view tokens[] = {"a", "b", "c"};
  metadata.Append("tokenizer.ggml.tokens", GgufValue::StringArray(tokens));
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    SourceMetadata& kept = *manifest->mutable_source()->add_metadata();
    kept.set_key(entry.key);
    kept.set_type(static_cast<uint32_t>(entry.value.type()));
    kept.set_value(entry.value.raw().data(), entry.value.raw().size());
  }
}

// Attaches kConfig; returns the file that holds it.
std::vector<uint8_t> AttachConfig(absl::string_view json, Manifest* manifest) {
  const PackedAttachment packed = PackAttachment("config.json", json).value();
  *manifest->add_attachments() = AttachmentProto(packed, 64);
  std::vector<uint8_t> file(64 + packed.stored.size());
  std::copy(packed.stored.begin(), packed.stored.end(), file.begin() + 64);
  return file;
}

TEST(StoredConfigTest, NothingIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(StoredModelConfig(Manifest(), {}).status()));
}

TEST(StoredConfigTest, SaysWhyThereIsNothing) {
  const auto reason = [](const Manifest& manifest) {
    const absl::Status status = StoredModelConfig(manifest, {}).status();
    EXPECT_TRUE(absl::IsNotFound(status)) << status;
    return std::string(status.message());
  };
  Manifest manifest;
  manifest.mutable_source()->set_format("safetensors");
  manifest.mutable_source()->add_files()->set_name("x.safetensors");
  EXPECT_EQ(reason(manifest),
            "the arena was made from tensors alone: there was no config.json "
            "beside 'x.safetensors'");
  manifest.mutable_source()->set_format("gguf");
  EXPECT_THAT(reason(manifest), HasSubstr("has no general.architecture"));
  // Whatever its source says.
  AddMetadata(&manifest);
  manifest.set_tensors_only(true);
  EXPECT_THAT(reason(manifest), HasSubstr("made with --tensors_only"));
}

// Whose key means nothing, but whose layers have one norm.
TEST(StoredConfigTest, ParallelResidualsFollowFromTheTensors) {
  ModelConfig stablelm = OldModel();
  stablelm.set_model_type("stablelm");
  stablelm.set_layer_norm_eps(1e-5f);
  GgufMetadata metadata;
  AppendModelConfig(stablelm, &metadata);
  Manifest manifest;
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    SourceMetadata& kept = *manifest.mutable_source()->add_metadata();
    kept.set_key(entry.key);
    kept.set_type(static_cast<uint32_t>(entry.value.type()));
    kept.set_value(entry.value.raw().data(), entry.value.raw().size());
  }
  EXPECT_TRUE(StoredModelConfig(manifest, {})->parallel_residual());
  manifest.add_tensors()->set_name("blk.0.ffn_norm.weight");
  EXPECT_FALSE(StoredModelConfig(manifest, {})->parallel_residual());
}

TEST(StoredConfigTest, ManifestsModelIfNothingElseIsThere) {
  Manifest manifest;
  *manifest.mutable_model() = OldModel();
  manifest.mutable_source()->add_metadata()->set_key("general.name");
  EXPECT_EQ(StoredModelConfig(manifest, {})->SerializeAsString(),
            OldModel().SerializeAsString());
}

TEST(StoredConfigTest, AttachedConfigBeforeManifestsModel) {
  Manifest manifest;
  *manifest.mutable_model() = OldModel();
  const std::vector<uint8_t> file = AttachConfig(kConfig, &manifest);
  const auto model = StoredModelConfig(manifest, file);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->hidden_size(), 64u);
  EXPECT_THAT(model->not_understood(),
              ElementsAre("config.json: new_scale: 2 is not understood"));
}

// Which is what a version before 1.3 made of it.
TEST(StoredConfigTest, GemmasNormsOfOlderVersionsAreNotRun) {
  constexpr char kGemma[] = R"({"model_type": "gemma2", "hidden_size": 64,
      "intermediate_size": 96, "num_hidden_layers": 2, "head_dim": 16,
      "query_pre_attn_scalar": 16, "num_attention_heads": 4,
      "vocab_size": 100})";
  Manifest manifest;
  manifest.mutable_model()->set_model_type("gemma2");
  const std::vector<uint8_t> file = AttachConfig(kGemma, &manifest);
  auto model = StoredModelConfig(manifest, file);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(model->not_understood(),
              ElementsAre("the weights of its norms lack 1, since the arena "
                          "was made by an older version; convert the "
                          "checkpoint again"));
  *manifest.mutable_model() = *model;
  EXPECT_EQ(StoredModelConfig(manifest, file)->not_understood_size(), 1);
  manifest.mutable_model()->set_embedding_scale(8);
  model = StoredModelConfig(manifest, file);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->not_understood_size(), 0);
}

TEST(StoredConfigTest, MetadataBeforeEverything) {
  Manifest manifest;
  manifest.mutable_model()->set_hidden_size(1);
  const std::vector<uint8_t> file = AttachConfig(kConfig, &manifest);
  AddMetadata(&manifest);
  const auto model = StoredModelConfig(manifest, file);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->hidden_size(), 256u);
  EXPECT_EQ(model->num_key_value_heads(), 8u);
  EXPECT_EQ(model->vocab_size(), 3u);
}

// Lists that the tokenizer gives back are kept without a value.
TEST(StoredConfigTest, VocabularyOfTheTokenizer) {
  Manifest manifest;
  AddMetadata(&manifest);
  SourceMetadata& tokens = *manifest.mutable_source()->mutable_metadata(
      manifest.source().metadata_size() - 1);
  ASSERT_EQ(tokens.key(), "tokenizer.ggml.tokens");
  tokens.clear_value();
  for (int i = 0; i < 5; ++i) manifest.mutable_tokenizer()->add_token_length(1);
  EXPECT_EQ(StoredModelConfig(manifest, {})->vocab_size(), 5u);
}

TEST(StoredConfigTest, DamageIsNoOlderConfiguration) {
  Manifest manifest;
  *manifest.mutable_model() = OldModel();
  std::vector<uint8_t> file = AttachConfig(kConfig, &manifest);
  file[70] ^= 0xff;
  EXPECT_TRUE(absl::IsDataLoss(StoredModelConfig(manifest, file).status()));
  EXPECT_TRUE(absl::IsDataLoss(StoredModelConfig(manifest, {}).status()));
  Manifest broken;
  file = AttachConfig("{", &broken);
  EXPECT_TRUE(absl::IsDataLoss(StoredModelConfig(broken, file).status()));
  Manifest metadata;
  AddMetadata(&metadata);
  metadata.mutable_source()->mutable_metadata(1)->set_value("x");
  EXPECT_TRUE(absl::IsDataLoss(StoredModelConfig(metadata, {}).status()));
}

}  // namespace
}  // namespace tessera
