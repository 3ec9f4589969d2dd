#include "formats/json/json_error_offset.h"

#include <string>

#include "absl/strings/match.h"
#include "formats/json/json_document.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kText[] =
    R"({"a": [1, -2.5e+3, 0, true, false, null, "\u00e9\n"], "b": {}, "c": []})";

TEST(JsonErrorOffsetTest, FindsNothingInJson) {
  for (const char* text : {kText, " 1 ", "\"\"", "[[],{}]", "-0.1E5", "null"}) {
    EXPECT_FALSE(JsonErrorOffset(text).has_value()) << text;
    EXPECT_TRUE(JsonDocument::Parse(text).ok()) << text;
  }
}

TEST(JsonErrorOffsetTest, FindsTheFirstWrongByte) {
  const struct {
    const char* text;
    size_t offset;
  } kCases[] = {
      {"", 0},         {"  ", 2},    {"{]", 1},        {"{}x", 2},
      {"[1,]", 3},     {"[1 2]", 3}, {"{\"a\" 1}", 5}, {"{\"a\":1,}", 7},
      {"{1:2}", 1},    {"trua", 3},  {"01", 1},        {"1.", 2},
      {"1e+", 3},      {"-", 1},     {"\"\\x\"", 2},   {"\"\\u12g4\"", 5},
      {"\"a\nb\"", 2}, {"]", 0},     {"[1}", 2},       {"{\"a\":}", 5},
      {"\"\\", 2},     {"+1", 0},    {",", 0},         {"[,1]", 1},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(JsonErrorOffset(c.text), c.offset) << c.text;
    EXPECT_FALSE(JsonDocument::Parse(c.text).ok()) << c.text;
  }
}

TEST(JsonErrorOffsetTest, TruncatedTextsEndTooEarly) {
  const std::string text = kText;
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(JsonErrorOffset(text.substr(0, size)), size);
  }
}

TEST(JsonErrorOffsetTest, DepthIsNoMatter) {
  EXPECT_EQ(JsonErrorOffset(std::string(1000000, '[')), 1000000u);
}

TEST(JsonErrorOffsetTest, IsInTheMessage) {
  EXPECT_TRUE(absl::EndsWith(JsonDocument::Parse("[1,]").status().message(),
                             ", from byte 3"));
}

}  // namespace
}  // namespace tessera
