#include "formats/model/leave_out_unsaid.h"

#include <cstdint>
#include <string>
#include <vector>

#include "formats/model/gguf_config.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint32_t kTokens = 4;

// Of a model with heads of 16, tokens and all.
GgufMetadata File(const std::string& architecture) {
  ModelConfig model;
  model.set_model_type(architecture);
  model.set_hidden_size(64);
  model.set_intermediate_size(96);
  model.set_num_hidden_layers(2);
  model.set_num_attention_heads(4);
  model.set_num_key_value_heads(2);
  model.set_head_dim(16);
  model.set_rope_dimension_count(16);
  model.set_vocab_size(kTokens);
  model.set_rms_norm_eps(1e-5f);
  model.set_rope_theta(10000);
  GgufMetadata metadata;
  AppendModelConfig(model, &metadata);
  metadata.Append("tokenizer.ggml.tokens",
                  GgufValue::StringArray({"a", "b", "c", "d"}));
  return metadata;
}

TEST(LeaveOutUnsaidTest, LeavesOutWhatFollows) {
  const GgufMetadata rest = LeaveOutUnsaid(File("qwen2"), false);
  EXPECT_EQ(rest.Find("qwen2.vocab_size"), nullptr);
  EXPECT_EQ(rest.Find("qwen2.rope.dimension_count"), nullptr);
  EXPECT_EQ(rest.Find("qwen2.attention.key_length"), nullptr);
  EXPECT_EQ(rest.Find("qwen2.attention.value_length"), nullptr);
  EXPECT_NE(rest.Find("qwen2.rope.freq_base"), nullptr);
  EXPECT_NE(rest.Find("tokenizer.ggml.tokens"), nullptr);
}

TEST(LeaveOutUnsaidTest, KeepsWhatTheArchitectureSays) {
  const GgufMetadata file = File("llama");
  EXPECT_EQ(LeaveOutUnsaid(file, true).entries().size(), file.entries().size());
}

TEST(LeaveOutUnsaidTest, KeepsWhatWouldChangeTheMeaning) {
  GgufMetadata file;
  const GgufMetadata usual = File("gemma");
  for (const GgufMetadataEntry& entry : usual.entries()) {
    if (entry.key == "gemma.rope.freq_base") {
      file.Append(entry.key, GgufValue::Scalar<float>(50000));
    } else if (entry.key == "gemma.vocab_size") {
      file.Append(entry.key, GgufValue::Scalar<uint32_t>(kTokens + 1));
    } else if (entry.key == "gemma.attention.key_length" ||
               entry.key == "gemma.attention.value_length") {
      file.Append(entry.key, GgufValue::Scalar<uint32_t>(32));
    } else {
      file.Append(entry.key, entry.value);
    }
  }
  EXPECT_EQ(LeaveOutUnsaid(file, false).entries().size(),
            file.entries().size());
}

TEST(LeaveOutUnsaidTest, OtherArchitecturesStayAsTheyAre) {
  GgufMetadata file;
  file.Append("general.architecture", GgufValue::String("other"));
  file.Append("other.vocab_size", GgufValue::Scalar<uint32_t>(4));
  EXPECT_EQ(LeaveOutUnsaid(file, false).entries().size(), 2u);
}

}  // namespace
}  // namespace tessera
