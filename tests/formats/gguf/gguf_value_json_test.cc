#include "formats/gguf/gguf_value_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "formats/gguf/gguf_constants.h"

namespace tessera {
namespace {

std::string Json(const GgufValue& value) {
  JsonWriter json(/*indented=*/false);
  WriteGgufValue(value, &json);
  return json.Finish();
}

TEST(GgufValueJsonTest, Scalars) {
  EXPECT_EQ(Json(GgufValue::Scalar(uint64_t{18446744073709551615u})),
            "18446744073709551615\n");
  EXPECT_EQ(Json(GgufValue::Scalar(int8_t{-5})), "-5\n");
  EXPECT_EQ(Json(GgufValue::Scalar(1e-5f)), "1e-05\n");
  EXPECT_EQ(Json(GgufValue::Scalar(0.1)), "0.1\n");
  EXPECT_EQ(Json(GgufValue::Scalar(std::nanf(""))), "null\n");
  EXPECT_EQ(Json(GgufValue::Scalar(true)), "true\n");
  EXPECT_EQ(Json(GgufValue::String("a\n\xff")), "\"a\\\\n\\\\xff\"\n");
}

TEST(GgufValueJsonTest, ArraysAreWhole) {
  std::vector<int32_t> many(1000, 7);
  const std::string json = Json(GgufValue::Array(absl::MakeConstSpan(many)));
  EXPECT_EQ(json.size(), 2 * 1000 + 2);
  EXPECT_EQ(Json(GgufValue::StringArray({"a", "b"})), "[\"a\",\"b\"]\n");
  const float floats[] = {0.5f, INFINITY};
  EXPECT_EQ(Json(GgufValue::Array(absl::MakeConstSpan(floats))),
            "[0.5,null]\n");
  const uint64_t large[] = {18446744073709551615u};
  EXPECT_EQ(Json(GgufValue::Array(absl::MakeConstSpan(large))),
            "[18446744073709551615]\n");
  const double doubles[] = {0.1};
  EXPECT_EQ(Json(GgufValue::Array(absl::MakeConstSpan(doubles))), "[0.1]\n");
  const bool bools[] = {true, false};
  EXPECT_EQ(Json(GgufValue::Array(absl::MakeConstSpan(bools))),
            "[true,false]\n");
}

TEST(GgufValueJsonTest, ArraysOfArrays) {
  // One array of two arrays of UINT8: [[1], []].
  const std::vector<uint8_t> raw = {9, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,  //
                                    0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
                                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(Json(GgufValue::FromRaw(9, raw).value()), "[[1],[]]\n");
}

}  // namespace
}  // namespace tessera
