// GGUF files that are laid out otherwise than llama.cpp lays out version 3, to
// an arena and back: the same bytes.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/read_file.h"
#include "converter/convert_to_gguf.h"
#include "converter/source/open_source.h"
#include "gtest/gtest.h"
#include "tests/testing/convert_model.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

class GgufWayBackTest : public testing::Test {
 protected:
  GgufWayBackTest() : folder_(fs::path(testing::TempDir()) / "way_back") {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
  }

  std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }
  static std::string Content(const std::string& path) {
    return ReadFile(path).value_or("nothing");
  }
  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }

  std::vector<GgufFileReport> Export(const std::string& output) const {
    const WeightSource arena = OpenWeightSource(Path("x.arena")).value();
    ConvertOptions options;
    options.quiet = options.overwrite = true;
    const auto report = ConvertToGguf(arena, {.path = Path(output)}, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? report->files : std::vector<GgufFileReport>();
  }

  void ExpectSameAgain(const std::string& input,
                       const ConvertModelOptions& options = {}) const {
    const absl::Status status = ConvertModel(input, Path("x.arena"), options);
    ASSERT_TRUE(status.ok()) << status;
    const std::vector<GgufFileReport> files = Export("back.gguf");
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].identical_to, fs::path(input).filename().string());
    EXPECT_TRUE(Content(Path("back.gguf")) == Content(input));
  }
  void ExpectSameBytesAgain(const std::string& bytes) const {
    Write("in.gguf", bytes);
    ExpectSameAgain(Path("in.gguf"));
  }

  const fs::path folder_;
};

// Two tensors of F32, 3 and 5 long, at these offsets of the data section, whose
// start is padded with `fill`; then `rest`.
GgufBuilder TwoTensors(uint64_t first, uint64_t second,
                       uint32_t version = kGgufNewestVersion, char fill = 0) {
  GgufBuilder builder;
  builder.Header(2, 1, version);
  builder.Entry("general.name", GgufValue::String(""));
  builder.Tensor("a", {3}, 0, first);
  builder.Tensor("b", {5}, 0, second);
  while (builder.bytes().size() % kGgufDefaultAlignment != 0) {
    builder.Bytes(absl::string_view(&fill, 1));
  }
  return builder;
}

std::string Zeros(size_t count) { return std::string(count, '\0'); }

TEST_F(GgufWayBackTest, VersionsAndPadding) {
  for (uint32_t version : {2u, 3u}) {
    for (size_t padding : {size_t{0}, size_t{1}, size_t{12}, size_t{100}}) {
      SCOPED_TRACE(absl::StrCat("version ", version, ", padding ", padding));
      ExpectSameBytesAgain(TwoTensors(0, 32, version)
                               .Data(12)
                               .Bytes(Zeros(20))
                               .Data(20)
                               .Bytes(Zeros(padding))
                               .bytes());
    }
  }
}

TEST_F(GgufWayBackTest, PaddingThatIsNotZero) {
  ExpectSameBytesAgain(TwoTensors(0, 32, 3, '\x55')
                           .Data(12)
                           .Bytes("between the tensors.")
                           .Data(20)
                           .Bytes("and behind")
                           .Bytes(Zeros(5000))
                           .Bytes("more")
                           .bytes());
}

TEST_F(GgufWayBackTest, GapsAndOrder) {
  ExpectSameBytesAgain(TwoTensors(64, 4096)
                           .Bytes(Zeros(64))
                           .Data(12)
                           .Bytes(Zeros(4020))
                           .Data(20)
                           .bytes());
  ExpectSameBytesAgain(
      TwoTensors(32, 0).Data(20).Bytes("twelve bytes").Data(12).bytes());
}

TEST_F(GgufWayBackTest, Alignments) {
  for (uint32_t alignment : {1u, 8u, 16u, 4096u}) {
    for (bool padded : {false, true}) {
      GgufBuilder builder;
      builder.Header(2, 1);
      builder.Entry("general.alignment", GgufValue::Scalar(alignment));
      builder.Tensor("a", {3}, 0, 0);
      builder.Tensor("b", {5}, 0, alignment < 12 ? 16 : alignment);
      builder.PadTo(alignment).Data(12);
      builder.Bytes(Zeros(alignment < 12 ? 4 : alignment - 12)).Data(20);
      if (padded) builder.PadTo(alignment);
      ExpectSameBytesAgain(builder.bytes());
    }
  }
}

TEST_F(GgufWayBackTest, TensorsOfNoBytesAndScalars) {
  GgufBuilder builder;
  builder.Header(3, 0);
  builder.Tensor("empty", {0, 4}, 0, 0);
  builder.Tensor("scalar", {}, 0, 0);
  builder.Tensor("last", {4, 0}, 0, 32);
  builder.PadTo(32).Data(4);
  ExpectSameBytesAgain(builder.bytes());
  ExpectSameBytesAgain(builder.PadTo(32).bytes());
}

TEST_F(GgufWayBackTest, NoTensorsAtAll) {
  GgufBuilder builder;
  builder.Header(0, 2);
  builder.Entry("general.name", GgufValue::String("no padding behind"));
  builder.Entry("split.count", GgufValue::Scalar(uint16_t{0}));
  ExpectSameBytesAgain(builder.bytes());
  ExpectSameBytesAgain(builder.PadTo(32).bytes());
  ExpectSameAgain("testdata/tiny/spm/tiny-spm-vocab.gguf");
}

TEST_F(GgufWayBackTest, UnusualMetadata) {
  GgufBuilder builder;
  builder.Header(0, 5);
  builder.Key("nested", 9).ArrayHeader(9, 2);
  builder.ArrayHeader(0, 2).Bytes("ab").ArrayHeader(8, 1).Text("");
  builder.Key("nothing", 9).ArrayHeader(5, 0);
  // Token lists that a tokenizer does not give back as they are.
  builder.Key("tokenizer.ggml.tokens", 9).ArrayHeader(8, 1).Text("\xFF");
  builder.Key("tokenizer.ggml.token_type", 9).ArrayHeader(0, 1).Bytes("\x01");
  builder.Entry("general.name", GgufValue::String("\xC3"));
  ExpectSameBytesAgain(builder.bytes());
}

TEST_F(GgufWayBackTest, ThroughOtherLayouts) {
  const std::string bytes =
      TwoTensors(0, 32, 2).Data(12).Bytes(Zeros(20)).Data(20).bytes();
  Write("in.gguf", bytes);
  ASSERT_TRUE(ConvertModel(Path("in.gguf"), Path("y.arena"), {}).ok());
  ConvertModelOptions options;
  options.layout = LayoutOrder::kSwizzled;
  ASSERT_TRUE(ConvertModel(Path("y.arena"), Path("x.arena"), options).ok());
  EXPECT_EQ(Export("back.gguf")[0].identical_to, "in.gguf");
  EXPECT_TRUE(Content(Path("back.gguf")) == bytes);
}

// A set of two files, and one of the same tensors.
TEST_F(GgufWayBackTest, SplitSets) {
  for (uint16_t number : {uint16_t{0}, uint16_t{1}}) {
    GgufBuilder builder;
    builder.Header(1, number == 0 ? 4 : 3);
    if (number == 0) {
      builder.Entry("general.name", GgufValue::String("in two"));
    }
    builder.Entry("split.no", GgufValue::Scalar(number));
    builder.Entry("split.count", GgufValue::Scalar(uint16_t{2}));
    builder.Entry("split.tensors.count", GgufValue::Scalar(int32_t{2}));
    builder.Tensor(number == 0 ? "a" : "b", {8}, 0, 0).PadTo(32).Data(32);
    Write(absl::StrCat("in-0000", number + 1, "-of-00002.gguf"),
          builder.bytes());
  }
  ASSERT_TRUE(
      ConvertModel(Path("in-00001-of-00002.gguf"), Path("x.arena"), {}).ok());
  const std::vector<GgufFileReport> set = Export("out-00002-of-00002.gguf");
  ASSERT_EQ(set.size(), 2u);
  for (const char* part : {"00001", "00002"}) {
    EXPECT_TRUE(Content(Path(absl::StrCat("out-", part, "-of-00002.gguf"))) ==
                Content(Path(absl::StrCat("in-", part, "-of-00002.gguf"))));
  }
  EXPECT_EQ(set[1].identical_to, "in-00002-of-00002.gguf");
  const std::vector<GgufFileReport> one = Export("out.gguf");
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].identical_to, "");
  EXPECT_EQ(one[0].tensors, 2u);
}

TEST_F(GgufWayBackTest, QuantizedIsNotTheSameAndSaysNothingOfIt) {
  ConvertModelOptions options;
  options.quantize = "Q4_0";
  ASSERT_TRUE(ConvertModel("testdata/tiny", Path("f.arena"), {}).ok());
  ASSERT_TRUE(ExportModel(Path("f.arena"), Path("f.gguf")).ok());
  Write("unpadded.gguf", Content(Path("f.gguf")) + "x");
  ASSERT_TRUE(
      ConvertModel(Path("unpadded.gguf"), Path("x.arena"), options).ok());
  const std::vector<GgufFileReport> files = Export("q.gguf");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].identical_to, "");
  EXPECT_TRUE(files[0].warnings.empty());
}

// A damaged arena does not become a GGUF that nobody can tell from a good one.
TEST_F(GgufWayBackTest, DamageIsNoticed) {
  Write("in.gguf",
        TwoTensors(0, 32, 2).Data(12).Bytes(Zeros(20)).Data(20).bytes());
  ASSERT_TRUE(ConvertModel(Path("in.gguf"), Path("x.arena"), {}).ok());
  std::string bytes = Content(Path("x.arena"));
  const size_t at = bytes.find(std::string("\x05\x06\x07\x08\x09\x0a\x0b"));
  ASSERT_NE(at, std::string::npos);
  bytes[at] ^= 1;
  Write("x.arena", bytes);
  const WeightSource arena = OpenWeightSource(Path("x.arena")).value();
  EXPECT_TRUE(absl::IsDataLoss(
      ConvertToGguf(arena, {.path = Path("back.gguf")}, {.quiet = true})
          .status()));
  EXPECT_FALSE(fs::exists(Path("back.gguf")));
}

TEST_F(GgufWayBackTest, WhatIsNoModelSaysSo) {
  Write("in.gguf",
        TwoTensors(0, 32).Data(12).Bytes(Zeros(20)).Data(20).bytes());
  ASSERT_TRUE(ConvertModel(Path("in.gguf"), Path("x.arena"), {}).ok());
  const std::vector<GgufFileReport> files = Export("back.gguf");
  ASSERT_EQ(files.size(), 1u);
  ASSERT_EQ(files[0].warnings.size(), 2u);
  EXPECT_NE(files[0].warnings[0].find("general.architecture"),
            std::string::npos);
  EXPECT_NE(files[0].warnings[1].find("no tokenizer"), std::string::npos);
  ASSERT_TRUE(ConvertModel("testdata/tiny", Path("x.arena"), {}).ok());
  EXPECT_TRUE(Export("back.gguf")[0].warnings.empty());
}

}  // namespace
}  // namespace tessera
