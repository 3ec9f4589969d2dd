#include "formats/gguf/gguf_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/gguf_builder.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
std::vector<T> Limits() {
  return {std::numeric_limits<T>::lowest(), T{0}, T{1},
          std::numeric_limits<T>::max()};
}

template <typename T>
void ExpectIntegers(GgufType type) {
  for (T number : Limits<T>()) {
    const GgufValue value = GgufValue::Scalar(number);
    EXPECT_EQ(value.type(), type);
    EXPECT_EQ(value.raw().size(), sizeof(T));
    EXPECT_EQ(value.GetFloat().value(), static_cast<double>(number));
    if (number >= 0) {
      EXPECT_EQ(value.GetUint().value(), static_cast<uint64_t>(number));
    } else {
      EXPECT_EQ(value.GetUint().status().code(), absl::StatusCode::kDataLoss);
    }
    if (static_cast<uint64_t>(number) <= std::numeric_limits<int64_t>::max() ||
        std::is_signed_v<T>) {
      EXPECT_EQ(value.GetInt().value(), static_cast<int64_t>(number));
    } else {
      EXPECT_EQ(value.GetInt().status().message(),
                "18446744073709551615, expected an integer below 2^63");
    }
    EXPECT_FALSE(value.GetBool().ok());
    EXPECT_FALSE(value.GetString().ok());
  }
  const std::vector<T> numbers = Limits<T>();
  const GgufValue array = GgufValue::Array(absl::MakeConstSpan(numbers));
  EXPECT_TRUE(array.is_array());
  EXPECT_EQ(array.element_type(), type);
  EXPECT_EQ(array.element_count(), numbers.size());
  if (std::is_signed_v<T>) {
    EXPECT_THAT(
        array.GetIntArray().value(),
        ElementsAre(std::numeric_limits<T>::lowest(), 0, 1,
                    static_cast<int64_t>(std::numeric_limits<T>::max())));
  } else {
    EXPECT_THAT(
        array.GetUintArray().value(),
        ElementsAre(0, 0, 1,
                    static_cast<uint64_t>(std::numeric_limits<T>::max())));
  }
}

TEST(GgufValueTest, IntegersOfEveryTypeConvertWhereTheyFit) {
  ExpectIntegers<uint8_t>(GgufType::kUint8);
  ExpectIntegers<int8_t>(GgufType::kInt8);
  ExpectIntegers<uint16_t>(GgufType::kUint16);
  ExpectIntegers<int16_t>(GgufType::kInt16);
  ExpectIntegers<uint32_t>(GgufType::kUint32);
  ExpectIntegers<int32_t>(GgufType::kInt32);
  ExpectIntegers<uint64_t>(GgufType::kUint64);
  ExpectIntegers<int64_t>(GgufType::kInt64);
}

TEST(GgufValueTest, FloatsBoolsAndStrings) {
  EXPECT_EQ(GgufValue::Scalar(1.5f).GetFloat().value(), 1.5);
  EXPECT_EQ(GgufValue::Scalar(1e300).GetFloat().value(), 1e300);
  EXPECT_EQ(GgufValue::Scalar(1.0f).GetInt().status().message(),
            "FLOAT32, expected an integer");
  EXPECT_TRUE(GgufValue::Scalar(true).GetBool().value());
  EXPECT_FALSE(GgufValue::Scalar(false).GetBool().value());
  EXPECT_FALSE(GgufValue::Scalar(true).GetUint().ok());
  const absl::string_view text("a\0\xff", 3);
  const GgufValue value = GgufValue::String(text);
  EXPECT_EQ(value.GetString().value(), text);
  EXPECT_EQ(value.raw().size(), 8 + text.size());
  EXPECT_EQ(value.GetFloat().status().message(), "STRING, expected a number");
  EXPECT_EQ(value.GetIntArray().status().message(), "STRING, expected ARRAY");
}

TEST(GgufValueTest, ArraysOfStringsBoolsAndFloats) {
  const GgufValue strings = GgufValue::StringArray({"one", "", "three"});
  EXPECT_THAT(strings.GetStringArray().value(),
              ElementsAre("one", "", "three"));
  EXPECT_EQ(strings.GetIntArray().status().message(),
            "ARRAY element 0: STRING, expected an integer");
  EXPECT_TRUE(GgufValue::StringArray({}).GetStringArray().value().empty());

  const bool bools[] = {true, false, true};
  EXPECT_THAT(GgufValue::Array<bool>(bools).GetBoolArray().value(),
              ElementsAre(true, false, true));
  const float floats[] = {-0.5f, 2.0f};
  EXPECT_THAT(GgufValue::Array<float>(floats).GetFloatArray().value(),
              ElementsAre(-0.5f, 2.0f));
  // Peers read scores as floats without a look at their type.
  EXPECT_EQ(GgufValue::Array<float>(floats).GetIntArray().status().message(),
            "ARRAY element 0: FLOAT32, expected an integer");
  const int32_t signs[] = {1, -1};
  EXPECT_EQ(GgufValue::Array<int32_t>(signs).GetUintArray().status().message(),
            "ARRAY element 1: -1, expected an integer that is not negative");
  EXPECT_THAT(GgufValue::Array<int32_t>(signs).GetFloatArray().value(),
              ElementsAre(1.0f, -1.0f));
  EXPECT_EQ(
      GgufValue::Array<int32_t>(signs).GetStringArray().status().message(),
      "ARRAY of INT32, expected ARRAY of STRING");
}

TEST(GgufValueTest, RawIsTheValueAgain) {
  const int32_t numbers[] = {1, -2, 3};
  for (const GgufValue& value :
       {GgufValue::Scalar(uint16_t{7}), GgufValue::String("text"),
        GgufValue::StringArray({"a", "b"}),
        GgufValue::Array<int32_t>(numbers)}) {
    const uint32_t type = static_cast<uint32_t>(value.type());
    const absl::StatusOr<GgufValue> copy =
        GgufValue::FromRaw(type, value.raw());
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ(copy->type(), value.type());
    EXPECT_EQ(copy->raw(), value.raw());
    const auto cut = value.raw().subspan(0, value.raw().size() - 1);
    EXPECT_EQ(GgufValue::FromRaw(type, cut).status().code(),
              absl::StatusCode::kDataLoss);
    std::string longer(value.raw().begin(), value.raw().end());
    longer += '\0';
    EXPECT_THAT(
        std::string(
            GgufValue::FromRaw(type, AsBytes(longer)).status().message()),
        HasSubstr("1 bytes follow the value"));
  }
}

TEST(GgufValueTest, CopiesAndMovesKeepTheirBytes) {
  auto original = std::make_unique<GgufValue>(GgufValue::String("x"));
  GgufValue copy = *original;
  GgufValue moved = std::move(*original);
  original.reset();
  EXPECT_EQ(copy.GetString().value(), "x");
  EXPECT_EQ(moved.GetString().value(), "x");
  copy = GgufValue::String("longer than any small string optimization");
  moved = copy;
  copy = GgufValue::Scalar(1);
  EXPECT_EQ(moved.GetString().value(),
            "longer than any small string optimization");
}

TEST(GgufValueTest, ReadRefersToTheFileAtAnyAlignment) {
  for (size_t shift = 0; shift < 8; ++shift) {
    GgufBuilder file;
    file.Data(shift)
        .ArrayHeader(static_cast<uint32_t>(GgufType::kFloat64), 2)
        .Number(1.25)
        .Number(-2.5);
    ByteCursor cursor(AsBytes(file.bytes()));
    cursor.Skip(shift);
    const auto value = GgufValue::Read(9, &cursor);
    ASSERT_TRUE(value.ok()) << value.status();
    EXPECT_EQ(cursor.remaining(), 0u);
    EXPECT_EQ(value->raw().data(), AsBytes(file.bytes()).data() + shift);
    EXPECT_THAT(value->GetFloatArray().value(), ElementsAre(1.25f, -2.5f));
  }
}

TEST(GgufValueTest, ElementsOfNestedArrays) {
  constexpr uint32_t kArray = 9, kUint8 = 0;
  GgufBuilder bytes;
  bytes.ArrayHeader(kArray, 3)
      .ArrayHeader(kUint8, 2)
      .Bytes("\1\2")
      .ArrayHeader(kUint8, 0)
      .ArrayHeader(8, 1)
      .Text("x");
  const auto value = GgufValue::FromRaw(kArray, AsBytes(bytes.bytes()));
  ASSERT_TRUE(value.ok()) << value.status();
  const std::vector<GgufValue> elements = value->Elements(100);
  ASSERT_EQ(elements.size(), 3u);
  EXPECT_THAT(elements[0].GetUintArray().value(), ElementsAre(1, 2));
  EXPECT_EQ(elements[1].element_count(), 0u);
  EXPECT_THAT(elements[2].GetStringArray().value(), ElementsAre("x"));
  EXPECT_EQ(value->Elements(2).size(), 2u);
  EXPECT_EQ(value->GetUintArray().status().message(),
            "ARRAY element 0: ARRAY, expected an integer");
  EXPECT_TRUE(elements[0].Elements(5)[1].Elements(5).empty());
}

}  // namespace
}  // namespace tessera
