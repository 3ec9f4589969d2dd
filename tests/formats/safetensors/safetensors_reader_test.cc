#include "formats/safetensors/safetensors_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing/byte_mutator.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

absl::StatusOr<SafetensorsFile> Parse(const std::string& file) {
  // Of that very size on the heap, so that sanitizers see a read beyond it.
  return ParseSafetensors(std::vector<uint8_t>(file.begin(), file.end()));
}

// A file whose only tensor is `info`, with `size` bytes of data.
std::string OneTensor(absl::string_view info, size_t size) {
  return JoinSafetensors(absl::StrCat("{\"t\":", info, "}"),
                         std::string(size, '\0'));
}

std::string SampleFile() {
  return BuildSafetensors(
      {{"model.embed_tokens.weight", "BF16", {3, 4}, std::string(24, 'e')},
       {"scalar", "F32", {}, "1234"},
       {"none", "I64", {2, 0}, ""},
       {"model.norm.weight", "F32", {2}, "abcdefgh"}},
      {{"format", "pt"}, {"origin", "test"}});
}

TEST(SafetensorsReaderTest, ReadsAValidFile) {
  const std::string file = SampleFile();
  const auto parsed = Parse(file);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->metadata,
              ElementsAre(Pair("format", "pt"), Pair("origin", "test")));
  ASSERT_EQ(parsed->tensors.size(), 4u);
  const SafetensorsTensor& first = parsed->tensors[0];
  EXPECT_EQ(first.name, "model.embed_tokens.weight");
  EXPECT_EQ(first.type, DType::kBF16);
  EXPECT_THAT(first.shape, ElementsAre(3, 4));
  EXPECT_EQ(first.offset, parsed->data_offset);
  EXPECT_EQ(first.size, 24u);
  // Of two tensors at one place, the empty one comes first.
  EXPECT_EQ(parsed->tensors[1].name, "scalar");
  EXPECT_THAT(parsed->tensors[1].shape, IsEmpty());
  EXPECT_EQ(parsed->tensors[2].name, "none");
  EXPECT_EQ(parsed->tensors[2].size, 0u);
  const SafetensorsTensor& last = parsed->tensors[3];
  EXPECT_EQ(file.substr(last.offset, last.size), "abcdefgh");
}

TEST(SafetensorsReaderTest, KnowsTheSizeOfEveryDtype) {
  struct Case {
    const char* dtype;
    DType type;
    size_t bytes_of_8;
  };
  const Case cases[] = {
      {"BOOL", DType::kBOOL, 8},
      {"F4", DType::kF4, 4},
      {"F6_E2M3", DType::kF6_E2M3, 6},
      {"F6_E3M2", DType::kF6_E3M2, 6},
      {"U8", DType::kU8, 8},
      {"I8", DType::kI8, 8},
      {"F8_E5M2", DType::kF8_E5M2, 8},
      {"F8_E4M3", DType::kF8_E4M3, 8},
      {"F8_E8M0", DType::kF8_E8M0, 8},
      {"F8_E4M3FNUZ", DType::kF8_E4M3FNUZ, 8},
      {"F8_E5M2FNUZ", DType::kF8_E5M2FNUZ, 8},
      {"I16", DType::kI16, 16},
      {"U16", DType::kU16, 16},
      {"F16", DType::kF16, 16},
      {"BF16", DType::kBF16, 16},
      {"I32", DType::kI32, 32},
      {"U32", DType::kU32, 32},
      {"F32", DType::kF32, 32},
      {"C64", DType::kC64, 64},
      {"F64", DType::kF64, 64},
      {"I64", DType::kI64, 64},
      {"U64", DType::kU64, 64},
  };
  for (const Case& c : cases) {
    const std::string data(c.bytes_of_8, 'x');
    const auto parsed = Parse(BuildSafetensors({{"t", c.dtype, {2, 4}, data}}));
    ASSERT_TRUE(parsed.ok()) << c.dtype << ": " << parsed.status();
    EXPECT_EQ(parsed->tensors[0].type, c.type);
    EXPECT_EQ(Parse(BuildSafetensors({{"t", c.dtype, {2, 4}, data + "x"}}))
                  .status()
                  .code(),
              absl::StatusCode::kDataLoss);
  }
}

TEST(SafetensorsReaderTest, PacksSmallTypesWithoutRegardToRows) {
  EXPECT_TRUE(Parse(BuildSafetensors({{"t", "F4", {2, 3}, "123"}})).ok());
  EXPECT_TRUE(Parse(BuildSafetensors({{"t", "F6_E2M3", {4, 1}, "123"}})).ok());
  for (const std::string dtype : {"F4", "F6_E3M2"}) {
    const absl::Status status =
        Parse(BuildSafetensors({{"t", dtype, {3, 1}, "12"}})).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("is not a whole number of bytes"));
  }
}

TEST(SafetensorsReaderTest, AcceptsWhatTheReferenceAccepts) {
  const std::string t = "\"t\":{\"dtype\":\"U8\",\"shape\":[1],";
  const std::string files[] = {
      JoinSafetensors("{}", ""),
      JoinSafetensors("{}      ", ""),
      JoinSafetensors("{\"__metadata__\":{}}\n\t", ""),
      JoinSafetensors("{" + t + "\"data_offsets\":[0,1],\"more\":[{}]}}", "x"),
      // Data in another order than the header.
      JoinSafetensors("{\"b\":{\"dtype\":\"U8\",\"shape\":[2],"
                      "\"data_offsets\":[1,3]}," +
                          t + "\"data_offsets\":[0,1]}}",
                      "xyz"),
  };
  for (const std::string& file : files) {
    const auto parsed = Parse(file);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
  }
}

struct BadFile {
  std::string file;
  std::string message;
  absl::StatusCode code = absl::StatusCode::kDataLoss;
};

void ExpectRefused(const std::vector<BadFile>& files) {
  for (const BadFile& bad : files) {
    const absl::Status status = Parse(bad.file).status();
    EXPECT_EQ(status.code(), bad.code) << status << "\n" << bad.message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(bad.message));
    EXPECT_EQ(status.message().find('\n'), absl::string_view::npos);
  }
}

std::string Length(uint64_t size) {
  return std::string(reinterpret_cast<const char*>(&size), sizeof(size));
}

TEST(SafetensorsReaderTest, RefusesBadHeaders) {
  ExpectRefused({
      {"", "byte 0: the length of the header needs 8 bytes, the file has 0"},
      {"1234567", "the file has 7"},
      {Length(0), "byte 0: header of 0 bytes, expected 2 to 100000000"},
      {Length(1) + "{", "header of 1 bytes"},
      {Length(2), "byte 8: header of 2 bytes, 0 are left"},
      {Length(3) + "{}", "byte 8: header of 3 bytes, 2 are left"},
      {Length(1000) + "{}  " + std::string(20, '\0'), "24 are left"},
      {Length(100'000'001) + "{}", "header of 100000001 bytes, expected 2"},
      {Length(~uint64_t{0}) + "{}", "does not begin as safetensors files do"},
      {Length(uint64_t{1} << 63) + "{}",
       "does not begin as safetensors files do"},
      {JoinSafetensors(" {}", ""), "header starts with ' ', expected '{'"},
      {JoinSafetensors("[]", ""), "byte 8: header starts with '['"},
      {JoinSafetensors("\xef\xbb\xbf{}", ""), "header starts with '\\xef'"},
      {JoinSafetensors("{]", ""), "byte 8: header is not JSON: "},
      {JoinSafetensors("{}x", ""), "byte 8: header is not JSON: "},
      {JoinSafetensors("{\"\xff\":1}", ""), "byte 8: header is not JSON: "},
      {JoinSafetensors("{}" + std::string(6, '\0'), ""), "is not JSON"},
      {JoinSafetensors("{\"t\":" + std::string(5000, '['), ""), "is not JSON"},
      {JoinSafetensors("{\"t\":1,\"t\":1}", ""),
       "byte 8: header has the key 't' twice"},
      {JoinSafetensors("{\"t\":1,\"\\u0074\":1}", ""), "key 't' twice"},
      {JoinSafetensors("{\"__metadata__\":{},\"__metadata__\":{}}", ""),
       "header has the key '__metadata__' twice"},
      {JoinSafetensors("{\"__metadata__\":[]}", ""),
       "member '__metadata__' is an array, expected an object"},
      {JoinSafetensors("{\"__metadata__\":{\"a\":1}}", ""),
       "member '__metadata__' member 'a' is an integer, expected a string"},
      {JoinSafetensors("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", ""),
       "member '__metadata__' has the key 'a' twice"},
  });
}

TEST(SafetensorsReaderTest, RefusesBadTensors) {
  const absl::StatusCode kUnimplemented = absl::StatusCode::kUnimplemented;
  const std::string u8 = "{\"dtype\":\"U8\",\"shape\":";
  const std::string k2_32 = "4294967296", kMax = "18446744073709551615";
  ExpectRefused({
      {OneTensor("1", 0), "tensor 't' is an integer, expected an object"},
      {OneTensor("{}", 0), "tensor 't' has no member 'dtype'"},
      {OneTensor("{\"dtype\":\"U8\"}", 0), "tensor 't' has no member 'shape'"},
      {OneTensor(u8 + "[]}", 0), "tensor 't' has no member 'data_offsets'"},
      {OneTensor("{\"dtype\":\"U8\",\"dtype\":\"I8\"}", 0),
       "tensor 't' has the key 'dtype' twice"},
      {OneTensor("{\"dtype\":8}", 0),
       "tensor 't' member 'dtype' is an integer, expected a string"},
      {OneTensor("{\"dtype\":\"F128\"}", 0),
       "tensor 't' member 'dtype' is 'F128', which is unknown", kUnimplemented},
      {OneTensor("{\"dtype\":\"f32\"}", 0), "is 'f32'", kUnimplemented},
      // Names of ours and of GGUF, but not of this format.
      {OneTensor("{\"dtype\":\"Q4_0\"}", 0), "is 'Q4_0'", kUnimplemented},
      {OneTensor("{\"dtype\":\"INT8\"}", 0), "is 'INT8'", kUnimplemented},
      {OneTensor(u8 + "2,\"data_offsets\":[0,2]}", 2),
       "member 'shape' is an integer, expected an array"},
      {OneTensor(u8 + "[-2],\"data_offsets\":[0,2]}", 2),
       "member 'shape' has an element 0 that is negative"},
      {OneTensor(u8 + "[1,2.0],\"data_offsets\":[0,2]}", 2),
       "member 'shape' has an element 1 that is a number with fraction"},
      {OneTensor(u8 + "[\"2\"],\"data_offsets\":[0,2]}", 2), "is a string"},
      {OneTensor(u8 + "[2],\"data_offsets\":[0]}", 2),
       "member 'data_offsets' has 1 elements, expected 2"},
      {OneTensor(u8 + "[2],\"data_offsets\":[0,2,2]}", 2), "has 3 elements"},
      {OneTensor(u8 + "[2],\"data_offsets\":[2,0]}", 2),
       "member 'data_offsets' ends at 0 before its start at 2"},
      {OneTensor(u8 + "[2],\"data_offsets\":[-2,0]}", 2), "is negative"},
      {OneTensor(u8 + "[2],\"data_offsets\":[0," + kMax + "]}", 2),
       "has 18446744073709551615 bytes, but U8 of shape [2] needs 2"},
      {OneTensor(u8 + "[2],\"data_offsets\":[0,18446744073709551616]}", 2),
       "beyond 64 bits"},
      {OneTensor(u8 + "[" + kMax + "],\"data_offsets\":[0," + kMax + "]}", 2),
       "tensor 't' ends at 18446744073709551615 of the data, which has 2"},
      {OneTensor(u8 + "[3],\"data_offsets\":[0,2]}", 2),
       "tensor 't' has 2 bytes, but U8 of shape [3] needs 3"},
      // Products that wrap to what the offsets say.
      {OneTensor(u8 + "[" + k2_32 + "," + k2_32 + "],\"data_offsets\":[0,0]}",
                 0),
       "tensor 't' has 0 bytes, but U8 of shape [4294967296, 4294967296] is "
       "not a whole number of bytes below 2^64"},
      {OneTensor("{\"dtype\":\"F64\",\"shape\":[2305843009213693952],"
                 "\"data_offsets\":[0,0]}",
                 0),
       "below 2^64"},
      {OneTensor(u8 + "[2],\"data_offsets\":[0,2]}", 1),
       "tensor 't' ends at 2 of the data, which has 1 bytes; the file is cut"},
      {OneTensor(u8 + "[2],\"data_offsets\":[0,2]}", 3),
       "1 bytes follow the last tensor"},
      {OneTensor(u8 + "[2],\"data_offsets\":[1,3]}", 3),
       "tensor 't' starts at 1 of the data, expected 0"},
      {JoinSafetensors("{}", "x"), "byte 10: 1 bytes follow the last tensor"},
  });
}

// Two tensors of four bytes, the second from `start`, and eight bytes of data.
std::string SecondTensorAt(int start) {
  const std::string head = "{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":";
  return JoinSafetensors(absl::StrCat("{\"a\":", head, "[0,4]},\"b\":", head,
                                      "[", start, ",", start + 4, "]}}"),
                         "12345678");
}

TEST(SafetensorsReaderTest, RefusesGapsAndOverlaps) {
  EXPECT_TRUE(Parse(SecondTensorAt(4)).ok());
  ExpectRefused({
      {SecondTensorAt(5), "tensor 'b' starts at 5 of the data, expected 4"},
      {SecondTensorAt(3), "tensor 'b' starts at 3 of the data, expected 4"},
      {SecondTensorAt(0), "tensor 'b' starts at 0 of the data, expected 4"},
  });
}

TEST(SafetensorsReaderTest, NoticesEveryMissingByte) {
  const std::string file = SampleFile();
  for (size_t size = 0; size < file.size(); ++size) {
    const absl::Status status = Parse(file.substr(0, size)).status();
    ASSERT_EQ(status.code(), absl::StatusCode::kDataLoss)
        << size << ": " << status;
  }
}

TEST(SafetensorsReaderTest, SurvivesDamage) {
  ByteMutator mutator(SampleFile());
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string file = mutator.Next();
    const auto parsed = Parse(file);
    if (!parsed.ok()) {
      const absl::StatusCode code = parsed.status().code();
      ASSERT_TRUE(code == absl::StatusCode::kDataLoss ||
                  code == absl::StatusCode::kUnimplemented)
          << parsed.status();
      continue;
    }
    ++accepted;
    uint64_t end = parsed->data_offset;
    for (const SafetensorsTensor& tensor : parsed->tensors) {
      ASSERT_EQ(tensor.offset, end);
      end += tensor.size;
    }
    ASSERT_EQ(end, file.size());
  }
  EXPECT_GT(accepted, 0);  // damage to names and data is not noticed
}

TEST(SafetensorsReaderTest, ReadsManyTensors) {
  std::vector<TestSafetensor> tensors;
  for (int i = 0; i < 20000; ++i) {
    tensors.push_back({absl::StrCat("t", i), "U8", {1}, "x"});
  }
  const auto parsed = Parse(BuildSafetensors(tensors));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->tensors.size(), tensors.size());
  EXPECT_EQ(parsed->tensors[12345].name, "t12345");
}

}  // namespace
}  // namespace tessera
