#include "formats/json/json_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

JsonDocument Parsed(absl::string_view text) {
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(text);
  EXPECT_TRUE(document.ok()) << document.status();
  return *std::move(document);
}

TEST(JsonDocumentTest, ReadsEveryKindOfValue) {
  const JsonDocument document = Parsed(
      " {\"s\": \"\\u00e4\\n\", \"u\": 18446744073709551615,"
      " \"a\": [1, 2, 3], \"o\": {}} \n");
  const auto members = JsonMembers(document.root());
  ASSERT_TRUE(members.ok()) << members.status();
  ASSERT_EQ(members->size(), 4u);
  EXPECT_EQ((*members)[0].key, "s");
  EXPECT_EQ(JsonString((*members)[0].value).value(), "\xc3\xa4\n");
  EXPECT_EQ(JsonUint((*members)[1].value).value(), ~uint64_t{0});
  EXPECT_THAT(JsonUintArray((*members)[2].value).value(), ElementsAre(1, 2, 3));
  EXPECT_EQ(JsonElements((*members)[2].value)->size(), 3u);
  EXPECT_TRUE(JsonMembers((*members)[3].value)->empty());
}

TEST(JsonDocumentTest, OutlivesTheTextAndMoves) {
  std::string text = "{\"key\": \"value\"}";
  JsonDocument document = Parsed(text);
  const JsonValue root = document.root();
  text.assign(text.size(), 'x');
  const JsonDocument moved = std::move(document);
  const auto members = JsonMembers(root);
  ASSERT_TRUE(members.ok());
  EXPECT_EQ((*members)[0].key, "key");
  EXPECT_EQ(JsonString((*members)[0].value).value(), "value");
  EXPECT_TRUE(JsonMembers(moved.root()).ok());
}

// As Python's json writes and reads them.
TEST(JsonDocumentTest, WordsForNoNumberAreStrings) {
  const JsonDocument document = Parsed(
      "{\"a\": [0.0, Infinity ], \"b\": -Infinity, \"c\":NaN\n, "
      "\"NaN, [Infinity]\": \"\\\" NaN,\", \"d\": 1e999}");
  const auto members = JsonMembers(document.root());
  ASSERT_TRUE(members.ok()) << members.status();
  ASSERT_EQ(members->size(), 5u);
  const auto range = JsonElements((*members)[0].value);
  ASSERT_TRUE(range.ok());
  EXPECT_EQ(JsonString((*range)[1]).value(), "Infinity");
  EXPECT_EQ(JsonString((*members)[1].value).value(), "-Infinity");
  EXPECT_EQ(JsonString((*members)[2].value).value(), "NaN");
  EXPECT_EQ((*members)[3].key, "NaN, [Infinity]");
  EXPECT_EQ(JsonString((*members)[3].value).value(), "\" NaN,");
  EXPECT_EQ(JsonString(Parsed("NaN").root()).value(), "NaN");
  EXPECT_EQ(JsonUint((*members)[2].value).status().message(),
            "is a string, expected an integer");
  // The first wrong byte is none of these words.
  EXPECT_THAT(
      std::string(JsonDocument::Parse("[NaN, -Infinity,]").status().message()),
      HasSubstr("from byte 16"));
}

TEST(JsonDocumentTest, RefusesWhatIsNotJson) {
  for (const std::string& text : {std::string(),
                                  std::string(" "),
                                  std::string("{"),
                                  std::string("{}x"),
                                  std::string("{} {}"),
                                  std::string("{\"a\":1,}"),
                                  std::string("{a:1}"),
                                  std::string("{'a':1}"),
                                  std::string("{\"a\":01}"),
                                  std::string("{\"a\":NaNs}"),
                                  std::string("{\"a\":1NaN}"),
                                  std::string("{\"a\":nan}"),
                                  std::string("{\"a\":+Infinity}"),
                                  std::string("{\"a\":--Infinity}"),
                                  std::string("{\"a\":Infinit"),
                                  std::string("{NaN:1}"),
                                  std::string("{\"a\":NaN,}"),
                                  std::string("{\"a\":\"\n\"}"),
                                  std::string("{\"\xff\":1}"),
                                  std::string("{\"a\":\"\xed\xa0\x80\"}"),
                                  std::string("{\"a\":\"\\ud800\"}"),
                                  std::string("{}\0", 3),
                                  std::string("[18446744073709551616,]"),
                                  std::string("[018446744073709551616]"),
                                  std::string("[1.e999]"),
                                  std::string("[-.5e999]"),
                                  std::string("[1e999e1]"),
                                  std::string("// c\n{}"),
                                  std::string("[1 2]"),
                                  std::string(2000, '['),
                                  std::string(1000000, '[')}) {
    const absl::Status status = JsonDocument::Parse(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << text.substr(0, 40);
    EXPECT_THAT(std::string(status.message()), HasSubstr("is not JSON: "));
    EXPECT_EQ(status.message().find('\n'), absl::string_view::npos);
  }
}

double Number(JsonValue value) {
  double number = 0;
  EXPECT_EQ(value.get(number), simdjson::SUCCESS);
  return number;
}

TEST(JsonDocumentTest, NumbersBeyond64BitsAreTheNearestDoubles) {
  const JsonDocument document = Parsed(
      "[1000000000000000019884624838656, 18446744073709551616,\n"
      " -9223372036854775809,18446744073709551615, 1e999, -1e999, " +
      std::string(400, '9') + "]");
  const auto numbers = JsonElements(document.root());
  ASSERT_TRUE(numbers.ok()) << numbers.status();
  ASSERT_EQ(numbers->size(), 7u);
  EXPECT_EQ(Number((*numbers)[0]), 1e30);
  EXPECT_EQ(Number((*numbers)[1]), 18446744073709551616.0);
  EXPECT_EQ(Number((*numbers)[2]), -9223372036854775808.0);
  EXPECT_EQ(JsonUint((*numbers)[3]).value(), ~uint64_t{0});
  for (size_t i : {4, 5, 6}) EXPECT_GT(std::abs(Number((*numbers)[i])), 1e308);
  EXPECT_EQ(JsonUint((*numbers)[0]).status(),
            absl::DataLossError("is a number with fraction or exponent, or "
                                "beyond 64 bits, expected an integer"));
}

// What looks like a number in a string is text, also behind quotes in it.
TEST(JsonDocumentTest, NumbersInStringsStay) {
  const std::string digits = "99999999999999999999999";
  const JsonDocument document = Parsed("{\"" + digits + "\": \"\\\"" + digits +
                                       "\\\\\", \"n\": " + digits + "}");
  const auto members = JsonMembers(document.root());
  ASSERT_TRUE(members.ok()) << members.status();
  ASSERT_EQ(members->size(), 2u);
  EXPECT_EQ((*members)[0].key, digits);
  EXPECT_EQ(JsonString((*members)[0].value).value(), "\"" + digits + "\\");
  EXPECT_EQ(Number((*members)[1].value), 99999999999999999999999.0);
}

TEST(JsonDocumentTest, RefusesKeysThatOccurTwice) {
  EXPECT_EQ(JsonMembers(Parsed("{\"a\":1,\"b\":2,\"a\":1}").root()).status(),
            absl::DataLossError("has the key 'a' twice"));
  // Also when they are written differently.
  EXPECT_EQ(JsonMembers(Parsed("{\"a\":1,\"\\u0061\":2}").root()).status(),
            absl::DataLossError("has the key 'a' twice"));
}

TEST(JsonDocumentTest, SaysWhatItFound) {
  const auto kind = [](absl::string_view text) {
    return std::string(JsonMembers(Parsed(text).root()).status().message());
  };
  EXPECT_EQ(kind("[]"), "is an array, expected an object");
  EXPECT_EQ(kind("1"), "is an integer, expected an object");
  EXPECT_EQ(kind("1.5"),
            "is a number with fraction or exponent, or beyond 64 bits, "
            "expected an object");
  EXPECT_EQ(kind("\"\""), "is a string, expected an object");
  EXPECT_EQ(kind("true"), "is a bool, expected an object");
  EXPECT_EQ(kind("null"), "is null, expected an object");
  EXPECT_EQ(JsonString(Parsed("{}").root()).status(),
            absl::DataLossError("is an object, expected a string"));
  EXPECT_EQ(JsonElements(Parsed("{}").root()).status(),
            absl::DataLossError("is an object, expected an array"));
  EXPECT_EQ(JsonUint(Parsed("-1").root()).status(),
            absl::DataLossError("is negative, expected an integer from 0"));
  EXPECT_EQ(JsonUintArray(Parsed("[1, 2.0]").root()).status(),
            absl::DataLossError("has an element 1 that is a number with "
                                "fraction or exponent, or beyond 64 bits, "
                                "expected an integer"));
}

}  // namespace
}  // namespace tessera
