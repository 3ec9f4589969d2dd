#include "converter/source/gguf_config.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

ModelConfig SmallModel() {
  ModelConfig model;
  model.set_model_type("llama");
  model.set_hidden_size(256);
  model.set_intermediate_size(512);
  model.set_num_hidden_layers(3);
  model.set_num_attention_heads(8);
  model.set_num_key_value_heads(4);
  model.set_head_dim(32);
  model.set_rope_dimension_count(32);
  model.set_vocab_size(1024);
  model.set_max_position_embeddings(512);
  model.set_rms_norm_eps(1e-5f);
  model.set_rope_theta(500000.0f);
  return model;
}

TEST(GgufConfigTest, ThereAndBackAgain) {
  ModelConfig model = SmallModel();
  for (bool scaled : {false, true}) {
    if (scaled) {
      model.mutable_rope_scaling()->set_rope_type("linear");
      model.mutable_rope_scaling()->set_factor(4);
    }
    GgufMetadata metadata;
    AppendModelConfig(model, &metadata);
    const auto back = ModelConfigFromGguf(metadata);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->SerializeAsString(), model.SerializeAsString());
  }
}

TEST(GgufConfigTest, KeepsWhatMetadataHasAlready) {
  GgufMetadata metadata;
  metadata.Append("llama.block_count", GgufValue::Scalar<uint64_t>(7));
  AppendModelConfig(SmallModel(), &metadata);
  EXPECT_EQ(ModelConfigFromGguf(metadata)->num_hidden_layers(), 7u);
}

// Metadata of SmallModel with `key` replaced by `value`.
absl::Status StatusWith(absl::string_view key, GgufValue value) {
  GgufMetadata metadata;
  metadata.Append(key, std::move(value));
  AppendModelConfig(SmallModel(), &metadata);
  return ModelConfigFromGguf(metadata).status();
}

TEST(GgufConfigTest, RefusesWhatItCannotRunByName) {
  const absl::Status other =
      StatusWith("general.architecture", GgufValue::String("mamba"));
  EXPECT_TRUE(absl::IsUnimplemented(other));
  EXPECT_NE(other.message().find("mamba"), absl::string_view::npos);
  const uint32_t per_layer[] = {4, 4, 2};
  EXPECT_TRUE(absl::IsUnimplemented(
      StatusWith("llama.attention.head_count_kv",
                 GgufValue::Array<uint32_t>(per_layer))));
  EXPECT_TRUE(absl::IsUnimplemented(StatusWith(
      "llama.attention.value_length", GgufValue::Scalar<uint32_t>(64))));
  EXPECT_TRUE(absl::IsUnimplemented(
      [] {
        GgufMetadata metadata;
        metadata.Append("llama.rope.scaling.type", GgufValue::String("yarn"));
        metadata.Append("llama.rope.scaling.factor",
                        GgufValue::Scalar<float>(4));
        AppendModelConfig(SmallModel(), &metadata);
        return ModelConfigFromGguf(metadata).status();
      }()));
}

TEST(GgufConfigTest, RefusesImpossibleValues) {
  EXPECT_TRUE(absl::IsDataLoss(StatusWith("llama.attention.head_count",
                                          GgufValue::Scalar<uint32_t>(0))));
  EXPECT_TRUE(absl::IsDataLoss(StatusWith("llama.attention.head_count_kv",
                                          GgufValue::Scalar<uint32_t>(3))));
  EXPECT_TRUE(absl::IsDataLoss(StatusWith("llama.embedding_length",
                                          GgufValue::Scalar<int32_t>(-1))));
  EXPECT_TRUE(absl::IsDataLoss(
      StatusWith("llama.block_count", GgufValue::Scalar(UINT64_MAX))));
  EXPECT_TRUE(absl::IsDataLoss(
      StatusWith("llama.rope.freq_base", GgufValue::Scalar<float>(-1))));
  EXPECT_TRUE(absl::IsDataLoss(StatusWith("llama.rope.dimension_count",
                                          GgufValue::Scalar<uint32_t>(33))));
  EXPECT_TRUE(absl::IsDataLoss(
      StatusWith("llama.block_count", GgufValue::String("3"))));
}

TEST(GgufConfigTest, MissingKeysAreNamed) {
  GgufMetadata metadata;
  metadata.Append("general.architecture", GgufValue::String("llama"));
  const absl::Status status = ModelConfigFromGguf(metadata).status();
  EXPECT_NE(status.message().find("llama.block_count"),
            absl::string_view::npos)
      << status;
}

}  // namespace
}  // namespace tessera
