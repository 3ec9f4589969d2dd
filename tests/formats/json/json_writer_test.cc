#include "formats/json/json_writer.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace tessera {
namespace {

template <typename T>
std::string Number(T value) {
  JsonWriter json(/*indented=*/false);
  json.Number(value);
  return json.Finish();
}

std::string Text(absl::string_view text) {
  JsonWriter json(/*indented=*/false);
  json.String(text);
  return json.Finish();
}

TEST(JsonWriterTest, Indented) {
  JsonWriter json(/*indented=*/true);
  json.BeginObject();
  json.Key("list");
  json.BeginArray();
  json.String("a");
  json.Null();
  json.EndArray();
  json.Key("shape");
  json.BeginLine();
  json.Number(1);
  json.Number(2);
  json.EndArray();
  json.Key("none");
  json.BeginArray();
  json.EndArray();
  json.Key("empty");
  json.BeginObject();
  json.EndObject();
  json.EndObject();
  EXPECT_EQ(json.Finish(), R"({
 "list": [
  "a",
  null
 ],
 "shape": [1, 2],
 "none": [],
 "empty": {}
}
)");
}

TEST(JsonWriterTest, OnOneLine) {
  JsonWriter json(/*indented=*/false);
  json.BeginArray();
  json.BeginObject();
  json.Key("a");
  json.Bool(true);
  json.Key("b");
  json.BeginLine();
  json.Number(1);
  json.Number(2);
  json.EndArray();
  json.EndObject();
  json.Bool(false);
  json.EndArray();
  EXPECT_EQ(json.Finish(), "[{\"a\":true,\"b\":[1,2]},false]\n");
}

TEST(JsonWriterTest, IntegersHaveAllTheirDigits) {
  EXPECT_EQ(Number(std::numeric_limits<uint64_t>::max()),
            "18446744073709551615\n");
  EXPECT_EQ(Number(std::numeric_limits<int64_t>::min()),
            "-9223372036854775808\n");
  EXPECT_EQ(Number(uint8_t{200}), "200\n");
  EXPECT_EQ(Number(int8_t{-3}), "-3\n");
}

TEST(JsonWriterTest, FloatsAreShortAndReadBack) {
  EXPECT_EQ(Number(1e15), "1000000000000000\n");
  EXPECT_EQ(Number(9007199254740992.0), "9007199254740992\n");
  EXPECT_EQ(Number(1e300), "1e+300\n");
  EXPECT_EQ(Number(0.1), "0.1\n");
  EXPECT_EQ(Number(0.1f), "0.1\n");
  EXPECT_EQ(Number(1e-5f), "1e-05\n");
  EXPECT_EQ(Number(0.0), "0\n");
  EXPECT_EQ(Number(-0.0), "-0\n");
  EXPECT_EQ(Number(-0.0f), "-0\n");
}

TEST(JsonWriterTest, WhatIsNotFiniteIsNull) {
  EXPECT_EQ(Number(std::numeric_limits<double>::infinity()), "null\n");
  EXPECT_EQ(Number(-std::numeric_limits<float>::infinity()), "null\n");
  EXPECT_EQ(Number(std::nan("")), "null\n");
}

// Also what a terminal would act on, and what is no UTF-8.
TEST(JsonWriterTest, HostileTextIsJson) {
  EXPECT_EQ(Text("a\"\\\n\t\r\x01"), "\"a\\\"\\\\\\n\\t\\r\\u0001\"\n");
  EXPECT_EQ(Text("\x1b[2J\x7f\u202e"), "\"\\u001b[2J\\u007f\\u202e\"\n");
  EXPECT_EQ(Text("caf\xe9"), "\"caf\\\\xe9\"\n");
  EXPECT_EQ(Text(absl::string_view("\0x", 2)), "\"\\u0000x\"\n");
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  simdjson::dom::parser parser;
  EXPECT_EQ(parser.parse(Text(every)).error(), simdjson::SUCCESS);
}

}  // namespace
}  // namespace tessera
