#include "formats/gguf/gguf_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/byte_mutator.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t kF32 = 0;
constexpr uint32_t kQ4_0 = 2;

// A valid file with a value of each kind, tensors of several types, and no
// padding behind the last one.
std::string SampleFile() {
  const int32_t numbers[] = {3, 1, 2};
  GgufMetadata metadata;
  metadata.Append("general.architecture", GgufValue::String("llama"));
  metadata.Append("general.alignment", GgufValue::Scalar(uint32_t{64}));
  metadata.Append("llama.block_count", GgufValue::Scalar(uint32_t{2}));
  metadata.Append("llama.rope.freq_base", GgufValue::Scalar(1e4f));
  metadata.Append("flag", GgufValue::Scalar(true));
  metadata.Append("tokens", GgufValue::StringArray({"a", "", "<0x0A>"}));
  metadata.Append("types", GgufValue::Array<int32_t>(numbers));
  std::string file = BuildGguf(
      metadata, {{"token_embd.weight", DType::kF32, {3, 8}, "embedding"},
                 {"blk.0.attn_q.weight", DType::kQ4_0, {2, 64}, "query"},
                 {"scalar", DType::kF64, {}, "12345678"},
                 {"empty", DType::kF32, {0, 8}, ""},
                 {"output_norm.weight", DType::kF16, {5}, "0123456789"}});
  file.resize(file.find("0123456789") + 10);
  return file;
}

TEST(GgufReaderTest, ReadsAValidFile) {
  const std::string file = SampleFile();
  const absl::StatusOr<GgufFile> parsed = ParseGguf(AsBytes(file));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->version, 3u);
  EXPECT_EQ(parsed->alignment, 64u);
  EXPECT_EQ(parsed->metadata.entries().size(), 7u);
  EXPECT_EQ(parsed->metadata.GetString("general.architecture").value(),
            "llama");
  EXPECT_THAT(parsed->metadata.GetStringArray("tokens").value(),
              ElementsAre("a", "", "<0x0A>"));
  EXPECT_THAT(parsed->metadata.GetIntArray("types").value(),
              ElementsAre(3, 1, 2));
  ASSERT_EQ(parsed->tensors.size(), 5u);
  const GgufTensor& embedding = parsed->tensors[0];
  EXPECT_EQ(embedding.name, "token_embd.weight");
  EXPECT_EQ(embedding.type, DType::kF32);
  EXPECT_THAT(embedding.shape, ElementsAre(3, 8));
  EXPECT_EQ(embedding.size, 96u);
  EXPECT_EQ(embedding.offset, parsed->data_offset);
  EXPECT_EQ(parsed->data_offset % 64, 0u);
  EXPECT_EQ(file.substr(embedding.offset, 9), "embedding");
  EXPECT_EQ(parsed->tensors[1].size, 2 * 2 * 18u);
  EXPECT_EQ(file.substr(parsed->tensors[1].offset, 5), "query");
  EXPECT_THAT(parsed->tensors[2].shape, IsEmpty());
  EXPECT_EQ(parsed->tensors[2].size, 8u);
  EXPECT_EQ(parsed->tensors[3].size, 0u);
  EXPECT_EQ(parsed->tensors[4].offset + 10, file.size());
}

TEST(GgufReaderTest, StoresDimensionsInnermostFirst) {
  GgufBuilder file;
  file.Header(1, 0).Tensor("t", {32, 5, 3, 2}, kQ4_0, 0).PadTo(32).Data(540);
  const absl::StatusOr<GgufFile> parsed = ParseGguf(AsBytes(file.bytes()));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->tensors[0].shape, ElementsAre(2, 3, 5, 32));
  EXPECT_EQ(parsed->tensors[0].size, 540u);
}

TEST(GgufReaderTest, AcceptsWhatTheSpecificationAllows) {
  struct Case {
    const char* name;
    std::string file;
  };
  const std::string name64(64, 'n');
  const uint32_t k1 = 1;
  const Case cases[] = {
      {"nothing in it", GgufBuilder().Header(0, 0).bytes()},
      {"nothing but padding", GgufBuilder().Header(0, 0).PadTo(32).bytes()},
      {"bytes behind the end", GgufBuilder().Header(0, 0).Data(100).bytes()},
      {"version 2", GgufBuilder().Header(0, 0, 2).bytes()},
      {"longest key", GgufBuilder()
                          .Header(0, 1)
                          .Entry(std::string(65535, 'k'), GgufValue::Scalar(k1))
                          .bytes()},
      {"longest name", GgufBuilder()
                           .Header(1, 0)
                           .Tensor(name64, {1}, kF32, 0)
                           .PadTo(32)
                           .Data(4)
                           .bytes()},
      {"alignment 1", GgufBuilder()
                          .Header(2, 1)
                          .Entry("general.alignment", GgufValue::Scalar(k1))
                          .Tensor("a", {3}, 24, 0)
                          .Tensor("b", {3}, 24, 3)
                          .Data(6)
                          .bytes()},
      {"gap and reverse order", GgufBuilder()
                                    .Header(2, 0)
                                    .Tensor("a", {2}, kF32, 128)
                                    .Tensor("b", {2}, kF32, 32)
                                    .PadTo(32)
                                    .Data(136)
                                    .bytes()},
      {"zero dimensions", GgufBuilder()
                              .Header(3, 0)
                              .Tensor("a", {0}, kF32, 0)
                              .Tensor("b", {32, 0}, kQ4_0, 0)
                              .Tensor("c", {0, 7, 0, 1}, kF32, 0)
                              .bytes()},
      {"type that only has a size", GgufBuilder()
                                        .Header(1, 0)
                                        .Tensor("a", {256}, 16, 0)
                                        .PadTo(32)
                                        .Data(66)
                                        .bytes()},
      {"nested arrays", GgufBuilder()
                            .Header(0, 1)
                            .Key("k", 9)
                            .ArrayHeader(9, 2)
                            .ArrayHeader(0, 1)
                            .Data(1)
                            .ArrayHeader(8, 1)
                            .Text("x")
                            .bytes()},
      {"text that is not UTF-8",
       GgufBuilder()
           .Header(0, 1)
           .Entry("k", GgufValue::String(absl::string_view("\xff\0", 2)))
           .bytes()},
  };
  for (const Case& c : cases) {
    const absl::StatusOr<GgufFile> parsed = ParseGguf(AsBytes(c.file));
    EXPECT_TRUE(parsed.ok()) << c.name << ": " << parsed.status();
  }
}

TEST(GgufReaderTest, PlacesEmptyTensorsWithinTheFile) {
  GgufBuilder file;
  file.Header(2, 0).Tensor("full", {1}, kF32, 0).Tensor("none", {0}, kF32, 32);
  file.PadTo(32).Data(4);  // no padding behind the data
  const absl::StatusOr<GgufFile> parsed = ParseGguf(AsBytes(file.bytes()));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->tensors[1].offset, file.bytes().size());
}

struct BadFile {
  std::string file;
  absl::StatusCode code;
  std::string message;
};

void ExpectRefused(const std::vector<BadFile>& files) {
  for (const BadFile& bad : files) {
    const absl::Status status = ParseGguf(AsBytes(bad.file)).status();
    EXPECT_EQ(status.code(), bad.code) << status << "\n" << bad.message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(bad.message));
    EXPECT_EQ(status.message().find('\n'), absl::string_view::npos);
  }
}

constexpr absl::StatusCode kDataLoss = absl::StatusCode::kDataLoss;
constexpr absl::StatusCode kUnimplemented = absl::StatusCode::kUnimplemented;
constexpr uint64_t kHuge = ~uint64_t{0};

TEST(GgufReaderTest, RefusesBadHeaders) {
  const std::string zeros(64, '\0');
  ExpectRefused({
      {"", kDataLoss, "byte 0: the file ends within magic"},
      // Four bytes crashed a peer.
      {"GGUF", kDataLoss, "byte 4: the file ends within version"},
      {"FUGG" + zeros, kDataLoss, "byte 0: does not begin with 'GGUF'"},
      {"\n\r\xff\x01" + zeros, kDataLoss, "does not begin with"},
      {"gguf" + zeros, kDataLoss, "does not begin with"},
      {GgufBuilder().Header(0, 0, 0).bytes(), kDataLoss, "GGUF version 0"},
      {GgufBuilder().Header(0, 0, 1).bytes(), kUnimplemented,
       "GGUF version 1, expected 2 or 3; convert the model again"},
      {GgufBuilder().Header(0, 0, 4).bytes(), kUnimplemented,
       "byte 4: GGUF version 4, expected 2 or 3"},
      {GgufBuilder().Header(0, 0, 0x03000000).bytes(), kUnimplemented,
       "byte 4: the file is big-endian"},
      {GgufBuilder().Header(0, 0, 0x02000000).bytes(), kUnimplemented,
       "big-endian"},
      {GgufBuilder().Header(kHuge, 0).bytes(), kDataLoss,
       "byte 8: 18446744073709551615 tensors do not fit in the 0 bytes left"},
      {GgufBuilder().Header(0, kHuge).bytes(), kDataLoss,
       "byte 16: 18446744073709551615 metadata entries do not fit"},
      {GgufBuilder().Header(uint64_t{1} << 60, 0).Data(99).bytes(), kDataLoss,
       "tensors do not fit in the 99 bytes left"},
      {GgufBuilder().Header(0, uint64_t{1} << 32).Data(99).bytes(), kDataLoss,
       "metadata entries do not fit in the 99 bytes left"},
      {GgufBuilder().Header(4, 0).Data(99).bytes(), kDataLoss,
       "4 tensors do not fit"},
  });
}

TEST(GgufReaderTest, RefusesBadMetadata) {
  const GgufValue one = GgufValue::Scalar(uint32_t{1});
  const auto entry = [](absl::string_view key, const GgufValue& value) {
    return GgufBuilder().Header(0, 1).Entry(key, value).Data(32).bytes();
  };
  const std::string zeros(32, '\0');
  ExpectRefused({
      {entry("", one), kDataLoss, "byte 32: metadata key is empty"},
      {entry(std::string(65536, 'k'), one), kDataLoss,
       "byte 24: metadata key of 65536 bytes, expected at most 65535"},
      {GgufBuilder().Header(0, 1).Number(kHuge).Data(32).bytes(), kDataLoss,
       "metadata key of 18446744073709551615 bytes"},
      {GgufBuilder().Header(0, 1).Number<uint64_t>(100).Data(32).bytes(),
       kDataLoss, "byte 32: the file ends within metadata key"},
      {entry(absl::string_view("a\0b", 3), one), kDataLoss,
       "metadata key 'a\\x00\\x62' is not UTF-8 without NUL"},
      {entry("\xc3(", one), kDataLoss, "is not UTF-8"},
      {GgufBuilder().Header(0, 2).Entry("k", one).Entry("k", one).bytes(),
       kDataLoss, "byte 41: metadata key 'k' occurs twice"},
      {GgufBuilder().Header(0, 1).Key("k", 13).Data(32).bytes(), kDataLoss,
       "metadata key 'k': byte 37: value type 13"},
      {GgufBuilder().Header(0, 1).Key("k", ~0u).Data(32).bytes(), kDataLoss,
       "value type 4294967295"},
      {GgufBuilder().Header(0, 1).Key("k", 7).Bytes("\2").bytes(), kDataLoss,
       "metadata key 'k': byte 37: BOOL 2"},
      {GgufBuilder().Header(0, 1).Key("k", 8).Number(kHuge).bytes(), kDataLoss,
       "metadata key 'k': byte 45: text of STRING needs 18446744073709551615"},
      // 43 bytes that kept a peer busy for hours.
      {GgufBuilder()
           .Header(0, 1)
           .Key("k", 9)
           .ArrayHeader(0, uint64_t{1} << 63)
           .bytes(),
       kDataLoss, "ARRAY of 9223372036854775808 UINT8 does not fit"},
      {GgufBuilder().Header(0, 1).Key("k", 9).ArrayHeader(13, 0).bytes(),
       kDataLoss, "metadata key 'k': byte 37: value type 13"},
      {entry("general.alignment", GgufValue::Scalar(uint32_t{0})), kDataLoss,
       "'general.alignment': 0, expected a power of two"},
      {entry("general.alignment", GgufValue::Scalar(uint32_t{13})), kDataLoss,
       "'general.alignment': 13, expected a power of two"},
      {entry("general.alignment", GgufValue::Scalar(uint64_t{32})), kDataLoss,
       "'general.alignment': UINT64, expected UINT32"},
      {entry("general.alignment", GgufValue::Scalar(uint32_t{1} << 31)),
       kUnimplemented, "'general.alignment': 2147483648, expected at most"},
  });
}

// A file of one tensor at `offset`, with `size` bytes of data.
std::string OneTensor(absl::string_view name, std::vector<uint64_t> ne,
                      uint32_t type, uint64_t offset, uint64_t size) {
  GgufBuilder file;
  file.Header(1, 0).Tensor(name, ne, type, offset).PadTo(32).Data(size);
  return file.bytes();
}

TEST(GgufReaderTest, RefusesBadTensors) {
  const uint64_t k32 = uint64_t{1} << 32;
  ExpectRefused({
      {OneTensor("", {1}, kF32, 0, 4), kDataLoss, "tensor name is empty"},
      {OneTensor(std::string(65, 'n'), {1}, kF32, 0, 4), kDataLoss,
       "byte 24: tensor name of 65 bytes, expected at most 64"},
      {OneTensor(absl::string_view("a\0b", 3), {1}, kF32, 0, 4), kDataLoss,
       "byte 32: tensor name 'a\\x00\\x62' is not UTF-8 without NUL"},
      {OneTensor("t", {1, 1, 1, 1, 1}, kF32, 0, 4), kDataLoss,
       "byte 24: tensor 't' has 5 dimensions, expected at most 4"},
      {GgufBuilder().Header(1, 0).Text("t").Number(~0u).Data(64).bytes(),
       kDataLoss, "tensor 't' has 4294967295 dimensions"},
      {OneTensor("t", {kHuge}, kF32, 0, 4), kDataLoss,
       "tensor 't' has shape [18446744073709551615]"},
      {OneTensor("t", {k32, k32}, kF32, 0, 4), kDataLoss,
       "tensor 't' has shape [4294967296, 4294967296], whose size overflows"},
      {OneTensor("t", {k32, k32, 1, 1}, kF32, 0, 4), kDataLoss, "overflows"},
      {OneTensor("t", {uint64_t{1} << 62}, kF32, 0, 4), kDataLoss, "overflows"},
      {OneTensor("t", {uint64_t{1} << 61}, kF32, 0, 4), kDataLoss,
       "beyond the end of the file"},
      {OneTensor("t", {33}, kQ4_0, 0, 36), kDataLoss,
       "has rows of 33 weights, expected a multiple of 32, the block of Q4_0"},
      {OneTensor("blk.0.ffn_up.weight", {32}, 36, 0, 18), kUnimplemented,
       "tensor 'blk.0.ffn_up.weight' has type IQ4_NL_4_4, which is removed "
       "from ggml"},
      {OneTensor("t", {32}, 4, 0, 18), kUnimplemented, "removed from ggml"},
      {OneTensor("t", {32}, 43, 0, 18), kUnimplemented,
       "tensor 't' has type 43, which is unknown to this version"},
      {OneTensor("t", {32}, 1000, 0, 36), kUnimplemented, "has type INT8"},
      {OneTensor("t", {1}, kF32, 4, 8), kDataLoss,
       "tensor 't' has offset 4, expected a multiple of 32"},
      {OneTensor("t", {1}, kF32, kHuge, 4), kDataLoss, "multiple of 32"},
      {OneTensor("t", {1}, kF32, kHuge - 31, 4), kDataLoss,
       "at offset 18446744073709551584 of the data section (byte 64)"},
      {OneTensor("t", {1}, kF32, uint64_t{1} << 63, 4), kDataLoss,
       "beyond the end of the file at 68"},
      {OneTensor("t", {1}, kF32, 32, 32), kDataLoss, "cut short or damaged"},
      {OneTensor("t", {1}, kF32, 0, 3), kDataLoss,
       "beyond the end of the file at 67"},
      {OneTensor("t", {0}, kF32, 1024, 4), kDataLoss, "tensor 't' has 0 bytes"},
      {GgufBuilder()
           .Header(2, 0)
           .Tensor("t", {1}, kF32, 0)
           .Tensor("t", {1}, kF32, 32)
           .PadTo(32)
           .Data(64)
           .bytes(),
       kDataLoss, "byte 57: tensor 't' occurs twice"},
      {GgufBuilder()
           .Header(2, 0)
           .Tensor("second", {9}, kF32, 32)
           .Tensor("first", {9}, kF32, 0)
           .PadTo(32)
           .Data(96)
           .bytes(),
       kDataLoss,
       "tensor 'second' at byte 160 overlaps tensor 'first', which ends at "
       "byte 164"},
      {GgufBuilder()
           .Header(2, 0)
           .Tensor("a", {8}, kF32, 0)
           .Tensor("b", {8}, kF32, 0)
           .PadTo(32)
           .Data(96)
           .bytes(),
       kDataLoss, "overlaps"},
      // Aligned by another rule than the file's own.
      {GgufBuilder()
           .Header(2, 1)
           .Entry("general.alignment", GgufValue::Scalar(uint32_t{64}))
           .Tensor("a", {8}, kF32, 0)
           .Tensor("b", {8}, kF32, 32)
           .PadTo(64)
           .Data(96)
           .bytes(),
       kDataLoss, "tensor 'b' has offset 32, expected a multiple of 64"},
  });
}

// What the header of ParseGguf promises about every file that it accepts.
void ExpectSound(const GgufFile& file, uint64_t file_size) {
  std::vector<std::pair<uint64_t, uint64_t>> extents;
  for (const GgufTensor& tensor : file.tensors) {
    ASSERT_TRUE(ExtentFits(tensor.offset, tensor.size, file_size));
    ASSERT_EQ(TensorBytes(tensor.type, tensor.shape), tensor.size);
    ASSERT_LE(tensor.shape.size(), 4u);
    if (tensor.size > 0) {
      ASSERT_EQ((tensor.offset - file.data_offset) % file.alignment, 0u);
      extents.push_back({tensor.offset, tensor.offset + tensor.size});
    }
  }
  std::sort(extents.begin(), extents.end());
  for (size_t i = 1; i < extents.size(); ++i) {
    ASSERT_LE(extents[i - 1].second, extents[i].first);
  }
  for (const GgufMetadataEntry& entry : file.metadata.entries()) {
    // Every getter may be called on any value.
    const GgufValue& value = entry.value;
    value.GetString().IgnoreError();
    value.GetFloat().IgnoreError();
    value.GetInt().IgnoreError();
    value.GetStringArray().IgnoreError();
    value.GetUintArray().IgnoreError();
    value.GetFloatArray().IgnoreError();
    value.GetBoolArray().IgnoreError();
    value.Elements(10);
    const uint32_t type = static_cast<uint32_t>(value.type());
    ASSERT_TRUE(GgufValue::FromRaw(type, value.raw()).ok());
  }
}

TEST(GgufReaderTest, NoticesEveryMissingByte) {
  const std::string file = SampleFile();
  for (size_t size = 0; size < file.size(); ++size) {
    // Of that very size on the heap, so that sanitizers see a read beyond it.
    const std::vector<uint8_t> cut(file.begin(), file.begin() + size);
    const absl::Status status = ParseGguf(cut).status();
    ASSERT_EQ(status.code(), kDataLoss) << size << ": " << status;
  }
}

TEST(GgufReaderTest, SurvivesDamage) {
  ByteMutator mutator(SampleFile());
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string damaged = mutator.Next();
    const std::vector<uint8_t> file(damaged.begin(), damaged.end());
    const absl::StatusOr<GgufFile> parsed = ParseGguf(file);
    if (!parsed.ok()) {
      ASSERT_TRUE(parsed.status().code() == kDataLoss ||
                  parsed.status().code() == kUnimplemented)
          << parsed.status();
      continue;
    }
    ++accepted;
    ASSERT_NO_FATAL_FAILURE(ExpectSound(*parsed, file.size()));
  }
  EXPECT_GT(accepted, 0);  // damage to text and data is not noticed
}

TEST(GgufReaderTest, ReadsAFileOfLlamaCpp) {
  std::ifstream stream("testdata/tiny/spm/tiny-spm-vocab.gguf",
                       std::ios::binary);
  ASSERT_TRUE(stream.is_open());
  std::stringstream bytes;
  bytes << stream.rdbuf();
  const std::string file = bytes.str();
  const absl::StatusOr<GgufFile> parsed = ParseGguf(AsBytes(file));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const GgufMetadata& metadata = parsed->metadata;
  EXPECT_EQ(metadata.GetString("tokenizer.ggml.model").value(), "llama");
  const auto tokens = metadata.GetStringArray("tokenizer.ggml.tokens");
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->size(), 512u);
  EXPECT_EQ((*tokens)[0], "<unk>");
  EXPECT_EQ((*tokens)[1], "<s>");
  EXPECT_EQ((*tokens)[3 + 0x41], "<0x41>");
  EXPECT_EQ(metadata.GetFloatArray("tokenizer.ggml.scores")->size(), 512u);
  EXPECT_EQ(metadata.GetIntArray("tokenizer.ggml.token_type")->size(), 512u);
  EXPECT_NO_FATAL_FAILURE(ExpectSound(*parsed, file.size()));
}

}  // namespace
}  // namespace tessera
