#include "converter/convert_to_gguf.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/read_file.h"
#include "converter/source/open_source.h"
#include "formats/gguf/gguf_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/convert_model.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kGolden[] = "testdata/tiny/gguf/tiny-";

GgufFile Parse(const std::string& bytes) {
  return ParseGguf(
             absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(bytes.data()),
                                 bytes.size()))
      .value();
}

std::vector<std::string> KeysOf(const GgufMetadata& metadata) {
  std::vector<std::string> keys;
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    keys.push_back(entry.key);
  }
  return keys;
}

class ConvertToGgufTest : public testing::Test {
 protected:
  ConvertToGgufTest()
      : folder_(fs::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    convert_.quiet = true;
    convert_.threads = 2;
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

  absl::StatusOr<GgufReport> Convert(const std::string& input,
                                     const std::string& output,
                                     const std::string& quantize = "keep",
                                     bool pure = false) {
    options_.path = Path(output);
    auto recipe = QuantizeRecipe::Parse(quantize);
    if (!recipe.ok()) return recipe.status();
    recipe->importance = options_.recipe.importance;
    recipe->pure = pure;
    options_.recipe = *recipe;
    auto source = OpenWeightSource(input);
    if (!source.ok()) return source.status();
    return ConvertToGguf(*source, options_, convert_);
  }

  // The bytes of `output`.
  std::string Converted(const std::string& input, const std::string& output,
                        const std::string& quantize = "keep",
                        bool pure = false) {
    const auto report = Convert(input, output, quantize, pure);
    EXPECT_TRUE(report.ok()) << report.status();
    return Content(Path(output));
  }

  // tiny-f32.gguf, from which the golden files were made, but for the order of
  // its tensors: the weights of the folder with the metadata of a golden file.
  std::string WriteTinyF32() const {
    const std::string golden = Content(absl::StrCat(kGolden, "Q8_0.gguf"));
    const WeightSource source = OpenWeightSource("testdata/tiny").value();
    std::vector<TestGgufTensor> tensors;
    for (const SourceTensor& from : source.tensors) {
      TestGgufTensor& tensor = tensors.emplace_back();
      tensor.name = from.name;
      tensor.type = DType::kF32;
      tensor.shape = from.shape;
      const uint64_t count = from.rows() * from.columns();
      std::vector<uint16_t> stored(count);
      source.ReadRows(from, 0, from.rows(),
                      reinterpret_cast<uint8_t*>(stored.data()));
      // A BF16 is the upper half of an F32.
      for (const uint16_t value : stored) {
        tensor.data.append(2, '\0');
        tensor.data.append(reinterpret_cast<const char*>(&value), 2);
      }
    }
    Write("f32.gguf", BuildGguf(Parse(golden).metadata, tensors));
    return Path("f32.gguf");
  }

  const fs::path folder_;
  GgufOptions options_;
  ConvertOptions convert_;
};

// The golden files are llama-quantize's, of llama.cpp commit de3ff815.
TEST_F(ConvertToGgufTest, IsTheFileOfLlamaQuantize) {
  const std::string input = WriteTinyF32();
  for (const std::string mix :
       {"Q4_0", "Q8_0", "Q4_K_S", "Q4_K_M", "Q5_K_M", "Q6_K"}) {
    const std::string bytes = Converted(input, mix + ".gguf", mix);
    EXPECT_TRUE(bytes == Content(absl::StrCat(kGolden, mix, ".gguf"))) << mix;
  }
}

TEST_F(ConvertToGgufTest, PureTypesAreThoseOfLlamaQuantize) {
  const std::string input = WriteTinyF32();
  for (const std::string mix : {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL"}) {
    const std::string bytes = Converted(input, mix + ".gguf", mix, true);
    EXPECT_TRUE(bytes == Content(absl::StrCat(kGolden, mix, "-pure.gguf")))
        << mix;
  }
}

TEST_F(ConvertToGgufTest, ThreadsAndMemoryDoNotChangeTheBytes) {
  const std::string input = WriteTinyF32();
  const std::string two = Converted(input, "two.gguf", "Q4_K_M");
  convert_.threads = 1;
  convert_.max_memory = kLeastMemory;
  EXPECT_TRUE(Converted(input, "one.gguf", "Q4_K_M") == two);
}

// Not in the order in which the file was read.
TEST_F(ConvertToGgufTest, WithoutARecipeAGgufIsCopied) {
  const std::string input = WriteTinyF32();
  EXPECT_TRUE(Converted(input, "copy.gguf") == Content(input));
}

// The law of folders: quantized at once, or by way of the file that is made
// without quantizing, which is the way over an arena too.
TEST_F(ConvertToGgufTest, AFolderIsQuantizedAsItsFileWouldBe) {
  const std::string plain = Converted("testdata/tiny", "plain.gguf");
  const std::string at_once =
      Converted("testdata/tiny", "at_once.gguf", "Q4_K_M");
  EXPECT_TRUE(Converted(Path("plain.gguf"), "q.gguf", "Q4_K_M") == at_once);
  // general.name is the only difference: arenas do not know the folder.
  ASSERT_TRUE(ConvertModel("testdata/tiny", Path("tiny.arena"), {}).ok());
  Converted(Path("tiny.arena"), "back.gguf");
  EXPECT_TRUE(Converted(Path("tiny.arena"), "a.gguf", "Q4_K_M") ==
              Converted(Path("back.gguf"), "b.gguf", "Q4_K_M"));
}

TEST_F(ConvertToGgufTest, FileTypeAndVersionStandAtTheEnd) {
  const std::string bytes = Converted(WriteTinyF32(), "q.gguf", "Q5_K_S");
  const GgufMetadata metadata = Parse(bytes).metadata;
  const std::vector<std::string> keys = KeysOf(metadata);
  ASSERT_GE(keys.size(), 2u);
  EXPECT_EQ(keys[keys.size() - 2], "general.quantization_version");
  EXPECT_EQ(keys.back(), "general.file_type");
  EXPECT_EQ(metadata.GetUint("general.file_type").value(), 16u);
}

TEST_F(ConvertToGgufTest, TellsOfTheImportanceMatrix) {
  for (const std::string name : {"tiny.imatrix.gguf", "tiny.imatrix.dat"}) {
    const std::string path = absl::StrCat("testdata/quantize/", name);
    options_.recipe.importance = ImportanceMatrix::ReadFile(path).value();
    const std::string bytes =
        Converted(WriteTinyF32(), name + ".out.gguf", "Q4_K_M");
    const GgufMetadata metadata = Parse(bytes).metadata;
    const std::vector<std::string> keys = KeysOf(metadata);
    EXPECT_THAT(std::vector<std::string>(keys.end() - 5, keys.end()),
                ElementsAre("general.file_type", "quantize.imatrix.file",
                            "quantize.imatrix.dataset",
                            "quantize.imatrix.entries_count",
                            "quantize.imatrix.chunks_count"));
    EXPECT_EQ(metadata.GetString("quantize.imatrix.file").value(), path);
  }
}

TEST_F(ConvertToGgufTest, TensorsKeepTheirShapesButForOuterOnes) {
  GgufMetadata metadata;
  metadata.Append("general.architecture", GgufValue::String("new-thing"));
  Write("in.gguf", BuildGguf(metadata, {{"b.weight", DType::kF32, {1, 32}, ""},
                                        {"a.weight", DType::kF16, {64}, ""}}));
  const GgufFile q = Parse(Converted(Path("in.gguf"), "q.gguf", "Q8_0"));
  ASSERT_EQ(q.tensors.size(), 2u);
  EXPECT_EQ(q.tensors[0].name, "a.weight");
  // Vectors stay as they are.
  EXPECT_EQ(q.tensors[0].type, DType::kF16);
  EXPECT_THAT(q.tensors[1].shape, ElementsAre(32));
  EXPECT_EQ(q.tensors[1].type, DType::kF32);
}

TEST_F(ConvertToGgufTest, TypesThatGgufLacksAreRefused) {
  const absl::Status status =
      Convert("testdata/tiny", "x.gguf", "INT8").status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("INT8"));
}

TEST_F(ConvertToGgufTest, BlocksAreNotQuantizedAgainUnasked) {
  const std::string input = absl::StrCat(kGolden, "Q8_0.gguf");
  EXPECT_TRUE(
      absl::IsInvalidArgument(Convert(input, "x.gguf", "Q4_0").status()));
  EXPECT_FALSE(fs::exists(Path("x.gguf")));
  options_.allow_requantize = true;
  EXPECT_TRUE(Convert(input, "x.gguf", "Q4_0").ok());
}

TEST_F(ConvertToGgufTest, ReportsWhatWasWritten) {
  const auto report = Convert(WriteTinyF32(), "q.gguf", "Q4_K_M");
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->files.size(), 1u);
  const std::string bytes = Content(Path("q.gguf"));
  EXPECT_EQ(report->files[0].bytes, bytes.size());
  EXPECT_EQ(report->files[0].sha256,
            Sha256(absl::MakeConstSpan(
                reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size())));
  EXPECT_EQ(report->tensors.tensors_size(), 30);
  EXPECT_TRUE(report->tensors.tensors(0).has_error() ||
              report->tensors.tensors(1).has_error());
}

TEST_F(ConvertToGgufTest, ACallerMayStopIt) {
  uint64_t last = 0;
  convert_.progress = [&](uint64_t done, uint64_t total, absl::string_view) {
    EXPECT_LE(done, total);
    EXPECT_GT(done, last);
    last = done;
    return last > total / 2 ? absl::CancelledError("enough") : absl::OkStatus();
  };
  EXPECT_TRUE(
      absl::IsCancelled(Convert("testdata/tiny", "x.gguf", "F32").status()));
  EXPECT_TRUE(fs::is_empty(folder_));
}

// ---- split sets ----

TEST_F(ConvertToGgufTest, SplitsByTensors) {
  const std::string input = WriteTinyF32();
  options_.split.max_tensors = 13;
  const auto report = Convert(input, "s.gguf");
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->files.size(), 3u);
  EXPECT_EQ(report->files[2].path, Path("s-00003-of-00003.gguf"));
  EXPECT_EQ(report->files[2].tensors, 4u);
  EXPECT_FALSE(fs::exists(Path("s.gguf")));
  const std::string last = Content(Path("s-00003-of-00003.gguf"));
  EXPECT_THAT(KeysOf(Parse(last).metadata),
              ElementsAre("split.no", "split.tensors.count", "split.count"));
}

// What --merge leaves of the keys: the file is no set any more.
TEST_F(ConvertToGgufTest, MergingIsTheInverseOfSplitting) {
  const std::string input = WriteTinyF32();
  options_.split.max_bytes = 1000 * 1000;
  ASSERT_TRUE(Convert(input, "s.gguf").ok());
  const size_t count = static_cast<size_t>(
      std::distance(fs::directory_iterator(folder_), {}) - 1);
  ASSERT_GT(count, 2u);
  const std::string first =
      absl::StrCat("s-00001-of-", absl::Dec(count, absl::kZeroPad5), ".gguf");
  options_.split = {};
  const std::string merged = Converted(Path(first), "m.gguf");
  const GgufFile parsed = Parse(merged);
  EXPECT_EQ(parsed.metadata.GetUint("split.count").value(), 0u);
  EXPECT_EQ(parsed.tensors.size(), 30u);
  // Once more: the same set, and the same file.
  options_.split.max_bytes = 1000 * 1000;
  ASSERT_TRUE(Convert(Path("m.gguf"), "t.gguf").ok());
  options_.split = {};
  const std::string second =
      absl::StrCat("t-00001-of-", absl::Dec(count, absl::kZeroPad5), ".gguf");
  EXPECT_TRUE(Content(Path(second)) == Content(Path(first)));
  EXPECT_TRUE(Converted(Path(second), "n.gguf") == merged);
  // A quantized file has none of the keys.
  const std::string quantized = Converted(Path(first), "q.gguf", "Q4_K_M");
  EXPECT_TRUE(quantized == Content(absl::StrCat(kGolden, "Q4_K_M.gguf")));
}

TEST_F(ConvertToGgufTest, ASetIsWrittenAsTheSetThatItWas) {
  options_.split.max_tensors = 20;
  ASSERT_TRUE(Convert(WriteTinyF32(), "s.gguf").ok());
  options_.split = {};
  ASSERT_TRUE(
      Convert(Path("s-00002-of-00002.gguf"), "t-00001-of-00002.gguf").ok());
  for (const char* end : {"-00001-of-00002.gguf", "-00002-of-00002.gguf"}) {
    EXPECT_TRUE(Content(Path(absl::StrCat("t", end))) ==
                Content(Path(absl::StrCat("s", end))));
  }
}

TEST_F(ConvertToGgufTest, QuantizesAndSplitsAtOnce) {
  const std::string input = WriteTinyF32();
  Converted(input, "q.gguf", "Q4_K_M");
  options_.split.max_tensors = 10;
  ASSERT_TRUE(Convert(Path("q.gguf"), "a.gguf").ok());
  ASSERT_TRUE(Convert(input, "b.gguf", "Q4_K_M").ok());
  for (const char* end : {"-00001-of-00003.gguf", "-00002-of-00003.gguf",
                          "-00003-of-00003.gguf"}) {
    EXPECT_TRUE(Content(Path(absl::StrCat("a", end))) ==
                Content(Path(absl::StrCat("b", end))));
  }
}

TEST_F(ConvertToGgufTest, ATensorThatIsLargerHasAFileOfItsOwn) {
  options_.split.max_bytes = 1;
  const auto report = Convert(WriteTinyF32(), "s.gguf");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->files.size(), 30u);
  ASSERT_EQ(report->warnings.size(), 1u);
  EXPECT_THAT(report->warnings[0], HasSubstr("30 tensors are larger"));
}

TEST_F(ConvertToGgufTest, NoFileOfASetReplacesAnother) {
  const std::string input = WriteTinyF32();
  Write("s-00002-of-00003.gguf", "mine");
  options_.split.max_tensors = 13;
  EXPECT_TRUE(absl::IsAlreadyExists(Convert(input, "s.gguf").status()));
  EXPECT_FALSE(fs::exists(Path("s-00001-of-00003.gguf")));
  EXPECT_EQ(Content(Path("s-00002-of-00003.gguf")), "mine");
  convert_.overwrite = true;
  EXPECT_TRUE(Convert(input, "s.gguf").ok());
  EXPECT_NE(Content(Path("s-00002-of-00003.gguf")), "mine");
}

TEST_F(ConvertToGgufTest, AnInputIsNoOutputOfASet) {
  options_.split.max_tensors = 13;
  ASSERT_TRUE(Convert(WriteTinyF32(), "s.gguf").ok());
  convert_.overwrite = true;
  EXPECT_TRUE(absl::IsInvalidArgument(
      Convert(Path("s-00001-of-00003.gguf"), "s.gguf").status()));
}

TEST_F(ConvertToGgufTest, TheNameOfOneFileIsNoNameOfASet) {
  options_.split.max_tensors = 13;
  const absl::Status status =
      Convert("testdata/tiny", "s-00001-of-00002.gguf").status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(status.message(), HasSubstr("s.gguf"));
}

TEST_F(ConvertToGgufTest, AVocabularyAloneIsCopied) {
  constexpr char kVocabulary[] = "testdata/tiny/spm/tiny-spm-vocab.gguf";
  EXPECT_TRUE(Converted(kVocabulary, "v.gguf") == Content(kVocabulary));
  EXPECT_TRUE(Convert(kVocabulary, "q.gguf", "Q4_K_M").ok());
}

}  // namespace
}  // namespace tessera
