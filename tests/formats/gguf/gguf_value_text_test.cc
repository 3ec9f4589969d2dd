#include "formats/gguf/gguf_value_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"

namespace tessera {
namespace {

std::string Text(float value) {
  return GgufValueText(GgufValue::Scalar(value));
}
std::string Text(double value) {
  return GgufValueText(GgufValue::Scalar(value));
}

TEST(GgufValueTextTest, NumbersThatAreNotTheSameLookDifferent) {
  EXPECT_EQ(Text(10000.0f), "10000");
  EXPECT_EQ(Text(10000.001f), "10000.001");
  EXPECT_EQ(Text(1000000.0f), "1000000");
  EXPECT_EQ(Text(1000001.0f), "1000001");
  EXPECT_EQ(Text(1e-5f), "1e-05");
  EXPECT_EQ(Text(std::nextafter(1e-5f, 1.0f)), "1.0000001e-05");
  EXPECT_EQ(Text(0.1f), "0.1");
  EXPECT_EQ(Text(0.1), "0.1");
  EXPECT_EQ(Text(static_cast<double>(0.1f)), "0.10000000149011612");
  EXPECT_EQ(Text(0.0f), "0");
  EXPECT_EQ(Text(-0.0f), "-0");
}

TEST(GgufValueTextTest, WhatIsNotFinite) {
  EXPECT_EQ(Text(std::nanf("")), "nan");
  EXPECT_EQ(Text(-std::nanf("")), "nan");
  EXPECT_EQ(Text(std::numeric_limits<float>::infinity()), "inf");
  EXPECT_EQ(Text(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(GgufValueTextTest, LongArraysAreCut) {
  const std::vector<float> floats = {1, 2.5f, 1000001, 0.1f};
  EXPECT_EQ(GgufValueText(GgufValue::Array(absl::MakeConstSpan(floats))),
            "[1, 2.5, 1000001, 0.1]");
  const std::vector<int32_t> integers = {1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(GgufValueText(GgufValue::Array(absl::MakeConstSpan(integers))),
            "[1, 2, 3, 4, 5, 6, ...] 7 elements");
}

}  // namespace
}  // namespace tessera
