#include "converter/inspect/describe_text.h"

#include <gtest/gtest.h>

#include "converter/inspect/describe.h"
#include "converter/inspect/one_line.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

FileDescription Example() {
  FileDescription file;
  file.path = "m.arena";
  file.format = "arena 1.0";
  file.file_size = 4195304;
  file.groups = {{"model", {{"model_type", "llama"}, {"hidden_size", "64"}}}};
  file.reserved = {{"header", 0, 4096}};
  file.sections = {{"hot", 2097152, 2097152, 3000}};
  TensorDescription norm;
  norm.name = "norm";
  norm.type = norm.source_type = "F32";
  norm.shape = {64};
  norm.layout = "rowmajor";
  norm.offset = 2097152;
  norm.bytes = 256;
  norm.weights = 64;
  TensorDescription matrix;
  matrix.name = "blk.0.attn_q.weight";
  matrix.type = "Q4_0";
  matrix.source_type = "F16";
  matrix.shape = {64, 64};
  matrix.layout = "interleaved";
  matrix.offset = 2097408;
  matrix.bytes = 2304;
  matrix.weights = 4096;
  matrix.group = "blk.0.attn_qkv";
  matrix.error = ErrorDescription{0.01, 0.1, 20.46};
  file.tensors = {norm, matrix};
  return file;
}

TEST(DescribeTextTest, Everything) {
  FileDescription file = Example();
  file.verified = "all hashes";
  EXPECT_EQ(
      RenderText(file, true),
      R"(m.arena: arena 1.0, 4.20 MB (4,195,304 bytes), 2 tensors, 4,160 weights
verified: all hashes

model
  model_type   llama
  hidden_size  64

sections
  name       offset      bytes   used    padding
  header          0      4,096
  hot     2,097,152  2,097,152  3,000  2,094,152  99.9 %

types
  type  tensors  weights  bytes   share  bits per weight
  Q4_0        1    4,096  2,304  90.0 %            4.500
  F32         1       64    256  10.0 %           32.000

tensors
  name                 type  from  shape    layout       section     offset  bytes  SNR dB  fused in
  norm                 F32         64       rowmajor     hot      2,097,152    256
  blk.0.attn_q.weight  Q4_0  F16   64 x 64  interleaved  hot      2,097,408  2,304    20.5  blk.0.attn_qkv
)");
}

TEST(DescribeTextTest, Attachments) {
  FileDescription file = Example();
  EXPECT_EQ(RenderText(file, true).find("attachments"), std::string::npos);
  file.attachments = {{"config.json", 2099712, 100, 1000}};
  EXPECT_NE(RenderText(file, false).find(R"(
attachments
  name            offset  stored  bytes
  config.json  2,099,712     100  1,000
)"),
            std::string::npos)
      << RenderText(file, false);
}

TEST(DescribeTextTest, ColumnsWithoutTextAreLeftOut) {
  FileDescription file = Example();
  file.tensors.pop_back();
  const std::string text = RenderText(file, true);
  EXPECT_NE(
      text.find("  name  type  shape  layout    section     offset  bytes"),
      std::string::npos)
      << text;
}

TEST(DescribeTextTest, ReasonsForLayouts) {
  FileDescription file = Example();
  file.tensors[0].layout_reason = {"nothing to choose", {}};
  file.tensors[1].layout_reason = {"1.12x transposed (1.08 to 1.15)", {}};
  const std::string text = RenderText(file, true);
  EXPECT_NE(text.find("fused in        why this layout\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("blk.0.attn_qkv  1.12x transposed (1.08 to 1.15)\n"),
            std::string::npos)
      << text;
}

TEST(DescribeTextTest, TensorsOnDemand) {
  const std::string text = RenderText(Example(), false);
  EXPECT_EQ(text.find("\ntensors\n"), std::string::npos);
  EXPECT_NE(text.find("\ntypes\n"), std::string::npos);
}

// A hostile file must not drive the terminal.
TEST(DescribeTextTest, TextFromTheFileStaysOnItsLine) {
  FileDescription file = Example();
  file.tensors[0].name = "red \x1b[31m\nline";
  file.groups[0].facts[0].value = std::string(119, 'a') + "\xc3\xa9 and so on";
  const std::string text = RenderText(file, true);
  EXPECT_NE(text.find("red \\x1b[31m\\nline"), std::string::npos) << text;
  EXPECT_NE(text.find(std::string(119, 'a') + "... (131 bytes)"),
            std::string::npos)
      << text;
}

// A terminal obeys some of U+0080 to U+009F, such as 9b, in place of ESC [.
TEST(DescribeTextTest, ControlCharactersOfTwoBytesAndBytesThatAreNoUtf8) {
  EXPECT_EQ(OneLine("a\xc2\x9b"
                    "31mb"),
            "a\\u009b31mb");
  EXPECT_EQ(OneLine("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(OneLine("caf\xc3\xa9 \xc2\xa0"), "caf\xc3\xa9 \xc2\xa0");
  FileDescription file = Example();
  file.path = "a\nb\x1b[2J.arena";
  EXPECT_EQ(RenderText(file, true).find("a\\nb\\x1b[2J.arena: arena"), 0);
}

// A line end is not what is written as a backslash and an n, as templates do.
TEST(DescribeTextTest, NoTwoTextsOfMetadataLookTheSame) {
  EXPECT_EQ(OneLine("a\\b"), "a\\b");
  EXPECT_EQ(OneLineAsInC("a\\\n"), "a\\\\\\n");
  EXPECT_EQ(OneLineAsInC("a\\\\n"), "a\\\\\\\\n");
  EXPECT_EQ(OneLineAsInC("a\\nb", 2), "a\\\\... (4 bytes)");
  FileDescription file = Example();
  file.groups = {{"metadata",
                  {{"line", "x\ny", GgufValue::String("x\ny")},
                   {"written", "x\\ny", GgufValue::String("x\\ny")}}}};
  const std::string text = RenderText(file, false);
  EXPECT_NE(text.find("line     x\\ny\n"), std::string::npos) << text;
  EXPECT_NE(text.find("written  x\\\\ny\n"), std::string::npos) << text;
}

TEST(DescribeTextTest, TheModelComesFirstInLinesOf80Columns) {
  FileDescription file = Example();
  file.model.emplace();
  file.model->architecture = "llama";
  file.model->why_not = std::string(30, 'x') + " " + std::string(28, 'y') +
                        " " + std::string(10, 'z');
  const std::string text = RenderText(file, true);
  EXPECT_NE(text.find("\n\nmodel\n  architecture   llama, which is not known "
                      "to this version\n  name           not stated\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  runs           no: " + std::string(30, 'x') + " " +
                      std::string(28, 'y') + "\n                 zzzzzzzzzz\n"),
            std::string::npos)
      << text;
  EXPECT_LT(text.find("\nmodel\n"), text.find("hidden_size"));
}

TEST(DescribeTextTest, ShapesAndNumbers) {
  EXPECT_EQ(ShapeText({}), "scalar");
  EXPECT_EQ(ShapeText({5}), "5");
  EXPECT_EQ(ShapeText({2, 3, 4}), "2 x 3 x 4");
}

TEST(DescribeTextTest, ArenaWithoutTensors) {
  ArenaBuilder builder;
  const auto bytes = builder.FileWith(builder.Finish());
  const std::string text =
      RenderText(DescribeFile("empty.arena", bytes, {}).value(), true);
  EXPECT_NE(text.find("0 tensors, 0 weights"), std::string::npos) << text;
}

}  // namespace
}  // namespace tessera
