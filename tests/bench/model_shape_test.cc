#include "bench/model_shape.h"

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "bench/builtin_shapes.h"
#include "bench/find_shape.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kMatrices[] =
    "# comment\n\n  attn_q  64 32  2 # more\nout 8 32 1";

TEST(ModelShapeTest, ReadsMatrices) {
  const auto shape = ParseModelShape("small", kMatrices);
  ASSERT_TRUE(shape.ok()) << shape.status();
  EXPECT_EQ(shape->name, "small");
  EXPECT_FALSE(shape->has_model());
  ASSERT_EQ(shape->matrices.size(), 2u);
  EXPECT_EQ(shape->matrices[0].name, "attn_q");
  EXPECT_EQ(shape->matrices[0].rows, 64);
  EXPECT_EQ(shape->matrices[0].columns, 32);
  EXPECT_EQ(shape->matrices[0].times_per_token, 2);
  EXPECT_EQ(shape->matrices[1].name, "out");
}

TEST(ModelShapeTest, CompletesHyperParameters) {
  const auto shape = ParseModelShape(
      "m",
      "hidden_size 64\nintermediate_size 96\nnum_hidden_layers 2\n"
      "num_attention_heads 4\nnum_key_value_heads 2\nvocab_size 300\n"
      "output 300 64 1\n");
  ASSERT_TRUE(shape.ok()) << shape.status();
  EXPECT_TRUE(shape->has_model());
  EXPECT_EQ(shape->model.model_type(), "llama");
  EXPECT_EQ(shape->model.head_dim(), 16u);
  EXPECT_EQ(shape->model.rope_dimension_count(), 16u);
  EXPECT_GT(shape->model.max_position_embeddings(), 0u);
  EXPECT_FALSE(shape->model.tie_word_embeddings());
}

TEST(ModelShapeTest, MayBeOfAnotherArchitecture) {
  const auto shape = ParseModelShape(
      "m",
      "model_type gemma2\nhidden_size 64\nintermediate_size 96\n"
      "num_hidden_layers 2\nnum_attention_heads 4\nnum_key_value_heads 2\n"
      "vocab_size 300\noutput 300 64 1\n");
  ASSERT_TRUE(shape.ok()) << shape.status();
  EXPECT_EQ(shape->model.model_type(), "gemma2");
  EXPECT_TRUE(MatricesOf(shape->model).ok());
}

TEST(ModelShapeTest, RefusesWrongLines) {
  const struct {
    const char* text;
    const char* message;
  } kCases[] = {
      {"", "lists no matrix"},
      {"attn_q 64 32", "line 1: expected NAME ROWS COLUMNS TIMES"},
      {"a 1 1 1\nattn_q 64 32 2 5", "line 2"},
      {"attn_q x 32 2", "found 'x'"},
      {"attn_q -1 32 2", "found '-1'"},
      {"attn_q 99999999999999999999 32 2", "expected an integer"},
      {"attn_q 0 32 2", "without rows"},
      {"a 1 1 1\nhidden 64", "unknown hyper-parameter 'hidden'"},
      {"a 1 1 1\nhidden_size 64", "hyper-parameters are missing"},
      {"a 1 1 1\nmodel_type llama", "hyper-parameters are missing"},
      {"a 1 1 1\nmodel_type x", "line 2: unknown model_type 'x'"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ParseModelShape("s", c.text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << c.text;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "shape s")) << status;
  }
}

// What a shape's file lists is what a model of its configuration has.
TEST(ModelShapeTest, BuiltinShapesAgreeWithTheirHyperParameters) {
  EXPECT_GE(BuiltinShapes().size(), 5u);
  for (const BuiltinShape& builtin : BuiltinShapes()) {
    const auto shape = FindShape(std::string(builtin.name));
    ASSERT_TRUE(shape.ok()) << shape.status();
    ASSERT_TRUE(shape->has_model()) << builtin.name;
    const auto expected = MatricesOf(shape->model);
    ASSERT_TRUE(expected.ok()) << expected.status();
    ASSERT_EQ(shape->matrices.size(), expected->size()) << builtin.name;
    for (size_t i = 0; i < expected->size(); ++i) {
      EXPECT_EQ(shape->matrices[i].name, (*expected)[i].name);
      EXPECT_EQ(shape->matrices[i].rows, (*expected)[i].rows);
      EXPECT_EQ(shape->matrices[i].columns, (*expected)[i].columns);
      EXPECT_EQ(shape->matrices[i].times_per_token,
                (*expected)[i].times_per_token);
    }
  }
}

TEST(FindShapeTest, FindsFilesAndSaysWhatItKnows) {
  const std::string path = ::testing::TempDir() + "/my-shape.v2.txt";
  std::ofstream(path) << kMatrices;
  const auto shape = FindShape(path);
  ASSERT_TRUE(shape.ok()) << shape.status();
  EXPECT_EQ(shape->name, "my-shape.v2");

  const absl::Status unknown = FindShape("llama-9").status();
  EXPECT_TRUE(absl::IsNotFound(unknown));
  EXPECT_TRUE(absl::StrContains(unknown.message(), "tinyllama-1.1b"));
  EXPECT_TRUE(absl::IsNotFound(FindShape("/no/such/file.txt").status()));
}

}  // namespace
}  // namespace tessera
