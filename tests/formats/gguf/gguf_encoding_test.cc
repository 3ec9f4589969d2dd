#include "formats/gguf/gguf_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/string_view.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

using ::testing::HasSubstr;

constexpr uint32_t kString = static_cast<uint32_t>(GgufType::kString);
constexpr uint32_t kArray = static_cast<uint32_t>(GgufType::kArray);
constexpr uint32_t kBool = static_cast<uint32_t>(GgufType::kBool);
constexpr uint32_t kUint8 = static_cast<uint32_t>(GgufType::kUint8);
constexpr uint32_t kUint16 = static_cast<uint32_t>(GgufType::kUint16);
constexpr uint32_t kFloat64 = static_cast<uint32_t>(GgufType::kFloat64);

// `depth` arrays, each the only element of the one around it; empty innermost.
std::string NestedArrays(int depth) {
  GgufBuilder builder;
  for (int i = 1; i < depth; ++i) builder.ArrayHeader(kArray, 1);
  return builder.ArrayHeader(kUint8, 0).bytes();
}

TEST(GgufEncodingTest, TypesHaveTheNumbersOfTheFormat) {
  const absl::string_view names[] = {
      "UINT8", "INT8",   "UINT16", "INT16",  "UINT32", "INT32",  "FLOAT32",
      "BOOL",  "STRING", "ARRAY",  "UINT64", "INT64",  "FLOAT64"};
  const uint64_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};
  for (uint32_t type = 0; type < kGgufTypeCount; ++type) {
    EXPECT_EQ(GgufTypeName(static_cast<GgufType>(type)), names[type]);
    EXPECT_EQ(GgufMinBytes(static_cast<GgufType>(type)), sizes[type]);
  }
}

TEST(GgufEncodingTest, SkipsExactlyTheValue) {
  struct Case {
    uint32_t type;
    std::string bytes;
  };
  const Case cases[] = {
      {kUint8, std::string(1, '\xff')},
      {kFloat64, std::string(8, '\x7f')},
      {kBool, std::string(1, '\1')},
      {kString, GgufBuilder().Text("").bytes()},
      {kString, GgufBuilder().Text("text").bytes()},
      {kArray, GgufBuilder().ArrayHeader(kString, 0).bytes()},
      {kArray, GgufBuilder().ArrayHeader(kUint16, 3).Data(6).bytes()},
      {kArray,
       GgufBuilder().ArrayHeader(kString, 2).Text("a").Text("").bytes()},
      {kArray, NestedArrays(kGgufMaxArrayDepth)},
  };
  for (const Case& c : cases) {
    const std::string padded = c.bytes + "rest";
    ByteCursor cursor(AsBytes(padded));
    const absl::Status status = SkipGgufValue(c.type, &cursor);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(cursor.position(), c.bytes.size());
    // Each byte less is noticed.
    for (size_t size = 0; size < c.bytes.size(); ++size) {
      const std::string cut = c.bytes.substr(0, size);
      ByteCursor short_cursor(AsBytes(cut));
      EXPECT_EQ(SkipGgufValue(c.type, &short_cursor).code(),
                absl::StatusCode::kDataLoss)
          << "type " << c.type << " cut to " << size;
    }
  }
}

TEST(GgufEncodingTest, RefusesMalformedValues) {
  struct Case {
    uint32_t type;
    std::string bytes;
    absl::StatusCode code;
    std::string message;
  };
  const absl::StatusCode kDataLoss = absl::StatusCode::kDataLoss;
  const uint64_t kHuge = ~uint64_t{0};
  const Case cases[] = {
      {13, std::string(64, '\0'), kDataLoss, "byte 0: value type 13"},
      {~uint32_t{0}, std::string(64, '\0'), kDataLoss, "value type 4294967295"},
      {kBool, "\2", kDataLoss, "byte 0: BOOL 2, expected 0 or 1"},
      {kArray, GgufBuilder().ArrayHeader(kBool, 3).Bytes("\1\1\x80").bytes(),
       kDataLoss, "byte 14: BOOL 128"},
      {kString, GgufBuilder().Number(kHuge).bytes(), kDataLoss,
       "byte 8: text of STRING needs 18446744073709551615 bytes, 0 are left"},
      {kArray, GgufBuilder().ArrayHeader(13, 0).bytes(), kDataLoss,
       "byte 0: value type 13"},
      // A count is checked before it is multiplied or looped over.
      {kArray, GgufBuilder().ArrayHeader(kFloat64, kHuge / 8 + 1).bytes(),
       kDataLoss, "ARRAY of 2305843009213693952 FLOAT64 does not fit"},
      {kArray, GgufBuilder().ArrayHeader(kUint8, kHuge).Data(3).bytes(),
       kDataLoss, "in the 3 bytes left"},
      {kArray, GgufBuilder().ArrayHeader(kString, 2).Data(15).bytes(),
       kDataLoss, "ARRAY of 2 STRING does not fit"},
      {kArray, GgufBuilder().ArrayHeader(kArray, uint64_t{1} << 63).bytes(),
       kDataLoss, "ARRAY of 9223372036854775808 ARRAY does not fit"},
      {kArray, GgufBuilder().ArrayHeader(kString, 1).Number(kHuge).bytes(),
       kDataLoss, "text of STRING needs 18446744073709551615"},
      {kArray, NestedArrays(kGgufMaxArrayDepth + 1),
       absl::StatusCode::kUnimplemented, "byte 48: arrays nest deeper than 4"},
      {kArray, NestedArrays(100000), absl::StatusCode::kUnimplemented,
       "arrays nest deeper than 4"},
  };
  for (const Case& c : cases) {
    ByteCursor cursor(AsBytes(c.bytes));
    const absl::Status status = SkipGgufValue(c.type, &cursor);
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

}  // namespace
}  // namespace tessera
