#include "formats/gguf/gguf_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "formats/gguf/gguf_constants.h"
#include "formats/gguf/gguf_reader.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

using ::testing::HasSubstr;

TEST(GgufWriterTest, WritesTheseBytes) {
  GgufMetadata metadata;
  metadata.Append("k", GgufValue::Scalar(uint16_t{0x0102}));
  const absl::StatusOr<GgufHeader> header =
      EncodeGgufHeader(metadata, {{"t", DType::kF16, {2, 3}}});
  ASSERT_TRUE(header.ok()) << header.status();
  const std::string expected =
      GgufBuilder()
          .Bytes("GGUF")
          .Number<uint32_t>(3)
          .Number<uint64_t>(1)  // tensors
          .Number<uint64_t>(1)  // entries
          .Number<uint64_t>(1)
          .Bytes("k")
          .Number<uint32_t>(2)  // UINT16
          .Bytes("\x02\x01")
          .Number<uint64_t>(1)
          .Bytes("t")
          .Number<uint32_t>(2)  // dimensions, innermost first
          .Number<uint64_t>(3)
          .Number<uint64_t>(2)
          .Number<uint32_t>(1)  // F16
          .Number<uint64_t>(0)  // offset
          .PadTo(32)
          .bytes();
  EXPECT_EQ(header->bytes, expected);
  EXPECT_EQ(header->tensors[0].offset, expected.size());
  EXPECT_EQ(header->tensors[0].size, 12u);
  EXPECT_EQ(header->file_size, expected.size() + 32);
}

TEST(GgufWriterTest, WhatItWritesParsesToTheSame) {
  for (uint32_t alignment : {1u, 32u, 256u, 4096u}) {
    const double numbers[] = {1.5, -2.5};
    GgufMetadata metadata;
    metadata.Append("general.alignment", GgufValue::Scalar(alignment));
    metadata.Append("text", GgufValue::String("some text"));
    metadata.Append("list", GgufValue::StringArray({"a", "b"}));
    metadata.Append("numbers", GgufValue::Array<double>(numbers));
    const std::vector<TestGgufTensor> tensors = {
        {"a", DType::kF32, {1, 3}, "abcdefghijkl"},
        {"b", DType::kQ6_K, {256}, std::string(210, 'b')},
        {"none", DType::kI8, {0}, ""},
        {"c", DType::kI8, {}, "c"},
    };
    const std::string file = BuildGguf(metadata, tensors);
    const absl::StatusOr<GgufFile> parsed = ParseGguf(AsBytes(file));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->alignment, alignment);
    EXPECT_EQ(file.size() % alignment, 0u);
    ASSERT_EQ(parsed->tensors.size(), tensors.size());
    for (size_t i = 0; i < tensors.size(); ++i) {
      const GgufTensor& tensor = parsed->tensors[i];
      EXPECT_EQ(tensor.name, tensors[i].name);
      EXPECT_EQ(tensor.type, tensors[i].type);
      EXPECT_EQ(tensor.shape, tensors[i].shape);
      EXPECT_EQ(file.substr(tensor.offset, tensor.size), tensors[i].data);
    }
    ASSERT_EQ(parsed->metadata.entries().size(), metadata.entries().size());
    for (size_t i = 0; i < metadata.entries().size(); ++i) {
      const GgufMetadataEntry& found = parsed->metadata.entries()[i];
      EXPECT_EQ(found.key, metadata.entries()[i].key);
      EXPECT_EQ(found.value.type(), metadata.entries()[i].value.type());
      EXPECT_EQ(found.value.raw(), metadata.entries()[i].value.raw());
    }
    // And once more, from what was parsed.
    const auto again = EncodeGgufHeader(parsed->metadata, parsed->tensors);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->bytes, file.substr(0, parsed->data_offset));
    EXPECT_EQ(again->file_size, file.size());
  }
}

TEST(GgufWriterTest, AnEmptyFileParses) {
  const std::string file = BuildGguf({}, {});
  EXPECT_EQ(file.size(), 32u);
  EXPECT_TRUE(ParseGguf(AsBytes(file)).ok());
}

TEST(GgufWriterTest, RefusesWhatNoReaderWouldTake) {
  struct Case {
    std::vector<GgufTensor> tensors;
    std::string message;
  };
  const uint64_t k60 = uint64_t{1} << 60;
  const Case cases[] = {
      {{{"", DType::kF32, {1}}}, "tensor name is empty"},
      {{{std::string(65, 'x'), DType::kF32, {1}}}, "has 65 bytes"},
      {{{"t", DType::kF32, {1}}, {"t", DType::kF32, {1}}}, "'t' occurs twice"},
      {{{"t", DType::kINT8, {1}}}, "'t' has type INT8"},
      {{{"t", DType::kQ4_0_4_4, {32}}}, "'t' has type Q4_0_4_4"},
      {{{"t", DType::kQ4_0, {31}}}, "rows of 31 weights"},
      {{{"t", DType::kF32, {1, 1, 1, 1, 1}}}, "5 dimensions"},
      {{{"t", DType::kF32, {k60, k60}}}, "overflows 64 bits"},
      {{{"a", DType::kF64, {k60}}, {"b", DType::kF64, {k60}}},
       "tensor 'b' makes the file larger"},
  };
  for (const Case& c : cases) {
    const absl::Status status = EncodeGgufHeader({}, c.tensors).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

TEST(GgufWriterTest, RefusesBadMetadata) {
  for (const std::string& key :
       {std::string(), std::string(65536, 'k'), std::string("a\0", 2)}) {
    GgufMetadata metadata;
    metadata.Append(key, GgufValue::Scalar(1));
    EXPECT_EQ(EncodeGgufHeader(metadata, {}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  GgufMetadata metadata;
  metadata.Append(kGgufAlignmentKey, GgufValue::Scalar(uint32_t{48}));
  EXPECT_EQ(EncodeGgufHeader(metadata, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tessera
