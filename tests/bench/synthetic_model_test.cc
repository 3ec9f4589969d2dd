#include "bench/synthetic_model.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/mapped_file.h"
#include "bench/find_shape.h"
#include "bench/synthetic_tokenizer.h"
#include "converter/source/gguf_tokenizer.h"
#include "formats/gguf/gguf_reader.h"
#include "formats/model/gguf_config.h"
#include "gtest/gtest.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {
namespace {

QuantizeRecipe Recipe(absl::string_view name) {
  return *QuantizeRecipe::Parse(name);
}

TEST(SyntheticModelTest, IsAWholeGgufModel) {
  const ModelShape shape = *FindShape("test-tiny");
  const std::string path = ::testing::TempDir() + "/tiny.gguf";
  ThreadPool pool(2);
  ASSERT_TRUE(WriteSyntheticGguf(shape, Recipe("Q4_K_M"), path, pool).ok());
  const auto file = MappedFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  const auto gguf = ParseGguf(file->bytes());
  ASSERT_TRUE(gguf.ok()) << gguf.status();
  const auto model = ModelConfigFromGguf(gguf->metadata);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->hidden_size(), shape.model.hidden_size());
  EXPECT_EQ(model->vocab_size(), shape.model.vocab_size());
  EXPECT_EQ(*gguf->metadata.GetUint("general.file_type"), 15u);  // Q4_K_M
  EXPECT_EQ(gguf->tensors.size(), 3 + 9 * shape.model.num_hidden_layers());

  const auto data = TokenizerFromGguf(gguf->metadata);
  ASSERT_TRUE(data.ok()) << data.status();
  const auto tokenizer = Tokenizer::Create(*data);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  // Begin of text, the three bytes of a marked space, "h", "i".
  EXPECT_EQ((*tokenizer)->Encode("hi", Tokenizer::EncodeOptions()).size(), 6u);
}

TEST(SyntheticModelTest, IsTheSameEveryTime) {
  const ModelShape shape = *FindShape("test-tiny");
  std::string bytes[2];
  for (int i = 0; i < 2; ++i) {
    const std::string path = ::testing::TempDir() + "/same.gguf";
    ThreadPool pool(i + 1);
    ASSERT_TRUE(WriteSyntheticGguf(shape, Recipe("Q8_0"), path, pool).ok());
    const auto file = MappedFile::Open(path);
    ASSERT_TRUE(file.ok());
    bytes[i].assign(reinterpret_cast<const char*>(file->bytes().data()),
                    file->bytes().size());
  }
  EXPECT_TRUE(bytes[0] == bytes[1]);
}

TEST(SyntheticModelTest, TiesEmbeddingsAsTheShapeDoes) {
  ModelShape shape = *FindShape("test-tiny");
  const auto has_output = [&] {
    const auto tensors = SyntheticTensors(shape, Recipe("F16"));
    EXPECT_TRUE(tensors.ok()) << tensors.status();
    for (const GgufTensor& tensor : *tensors) {
      if (tensor.name == "output.weight") return true;
    }
    return false;
  };
  EXPECT_TRUE(has_output());
  shape.model.set_tie_word_embeddings(true);
  EXPECT_FALSE(has_output());
}

TEST(SyntheticModelTest, HasWhatItsArchitectureLists) {
  ModelShape shape = *FindShape("test-tiny");
  shape.model.set_model_type("qwen2");
  shape.model.set_num_hidden_layers(1);
  shape.model.set_tie_word_embeddings(false);
  const auto tensors = SyntheticTensors(shape, Recipe("Q8_0"));
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  std::vector<std::string> names;
  for (const GgufTensor& tensor : *tensors) names.push_back(tensor.name);
  EXPECT_EQ(
      names,
      (std::vector<std::string>{
          "token_embd.weight", "blk.0.attn_norm.weight", "blk.0.attn_q.weight",
          "blk.0.attn_q.bias", "blk.0.attn_k.weight", "blk.0.attn_k.bias",
          "blk.0.attn_v.weight", "blk.0.attn_v.bias",
          "blk.0.attn_output.weight", "blk.0.ffn_norm.weight",
          "blk.0.ffn_gate.weight", "blk.0.ffn_up.weight",
          "blk.0.ffn_down.weight", "output_norm.weight", "output.weight"}));
  EXPECT_EQ((*tensors)[2].type, DType::kQ8_0);
  EXPECT_EQ((*tensors)[3].type, DType::kF32);
}

TEST(SyntheticModelTest, KnowsWhatGgufDoesNotHave) {
  const ModelShape shape = *FindShape("test-tiny");
  EXPECT_TRUE(*GgufHasTypesOf(shape, Recipe("Q5_K_S")));
  EXPECT_FALSE(*GgufHasTypesOf(shape, Recipe("INT8")));
}

TEST(SyntheticModelTest, RefusesShapesThatAreNoModel) {
  ThreadPool pool(1);
  const std::string path = ::testing::TempDir() + "/none.gguf";
  ModelShape shape = *FindShape("test-tiny");
  shape.model.set_vocab_size(kLeastSyntheticTokens - 1);
  EXPECT_TRUE(absl::IsInvalidArgument(
      WriteSyntheticGguf(shape, Recipe("F16"), path, pool)));
  shape = *FindShape("test-tiny");
  shape.model.set_model_type("deepseek2");
  EXPECT_TRUE(absl::IsUnimplemented(
      WriteSyntheticGguf(shape, Recipe("F16"), path, pool)));
  shape.model.Clear();
  EXPECT_TRUE(absl::IsInvalidArgument(
      WriteSyntheticGguf(shape, Recipe("F16"), path, pool)));
}

}  // namespace
}  // namespace tessera
