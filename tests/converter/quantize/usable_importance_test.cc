#include "converter/quantize/usable_importance.h"

#include <cmath>
#include <string>
#include <vector>

#include "formats/quant/codec.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr int64_t kColumns = 512;

std::vector<float> Values() {
  std::vector<float> values;
  for (int i = 0; i < kColumns; ++i) {
    values.push_back(std::sin(static_cast<float>(i) * 0.7f));
  }
  return values;
}

std::vector<uint8_t> Quantized(const Codec& codec,
                               const std::vector<float>& values,
                               absl::Span<const float> importance) {
  std::vector<uint8_t> blocks(*RowBytes(codec.type, kColumns));
  codec.quantize_row(values.data(), kColumns,
                     importance.empty() ? nullptr : importance.data(),
                     blocks.data());
  return blocks;
}

TEST(UsableImportanceTest, RowsWithoutAnyAreQuantizedAsWithoutAMatrix) {
  std::vector<float> buffer;
  for (const float nothing : {0.0f, 1e-40f, 1e-31f}) {
    const std::vector<float> none(kColumns, nothing);
    EXPECT_TRUE(HasNoImportance(none));
    EXPECT_TRUE(UsableImportance(none, DType::kQ4_K, &buffer).empty());
  }
  EXPECT_TRUE(UsableImportance({}, DType::kQ4_K, &buffer).empty());
}

TEST(UsableImportanceTest, WhatIsUsableIsNotTouched) {
  std::vector<float> buffer;
  std::vector<float> importance(kColumns, 0);
  for (int i = 5; i < kColumns; i += 16) importance[i] = 2;
  EXPECT_EQ(UsableImportance(importance, DType::kQ6_K, &buffer).data(),
            importance.data());
}

// Only ratios within a row matter.
TEST(UsableImportanceTest, HugeImportanceIsAsGoodAsAnyOther) {
  const std::vector<float> values = Values();
  std::vector<float> ordinary;
  for (int i = 0; i < kColumns; ++i) {
    ordinary.push_back(1 + static_cast<float>(i * 37 % 101) / 128);
  }
  for (const DTypeTraits& traits : AllDTypes()) {
    const Codec* codec = FindCodec(traits.type);
    if (codec == nullptr || codec->quantize_row == nullptr ||
        !codec->uses_importance) {
      continue;
    }
    for (const int exponent : {39, 41, 57, 100, 116, 123, 127}) {
      std::vector<float> huge;
      for (const float value : ordinary) {
        huge.push_back(std::ldexp(value, exponent));
      }
      std::vector<float> buffer;
      EXPECT_EQ(Quantized(*codec, values,
                          UsableImportance(huge, traits.type, &buffer)),
                Quantized(*codec, values, ordinary))
          << traits.name << " " << exponent;
    }
  }
}

// Columns whose importance vanishes beside the largest.
TEST(UsableImportanceTest, NothingOverflowsOrVanishes) {
  for (const float most : {1e13f, 1e30f, 1e37f, 3e38f}) {
    std::vector<float> importance(kColumns, 1e-20f);
    importance[3] = most;
    std::vector<float> buffer;
    for (const DType type : {DType::kQ4_0, DType::kQ6_K}) {
      const absl::Span<const float> usable =
          UsableImportance(importance, type, &buffer);
      ASSERT_EQ(usable.size(), importance.size());
      EXPECT_GE(usable[3], 1);
      EXPECT_LT(usable[3], 2);
      EXPECT_FALSE(HasNoImportance(usable.subspan(32, 16)));
    }
  }
}

// No weight is lost where columns that share a scale have no importance.
TEST(UsableImportanceTest, NoBlockIsLost) {
  const std::vector<float> values = Values();
  for (const DTypeTraits& traits : AllDTypes()) {
    const Codec* codec = FindCodec(traits.type);
    if (codec == nullptr || codec->quantize_row == nullptr ||
        !codec->uses_importance) {
      continue;
    }
    for (const int first : {0, 16, 32, 240, 256, 480}) {
      for (const int count : {16, 32, 256}) {
        std::vector<float> importance(kColumns, 3);
        for (int i = first; i < std::min<int>(first + count, kColumns); ++i) {
          importance[i] = 0;
        }
        std::vector<float> buffer;
        const std::vector<uint8_t> blocks = Quantized(
            *codec, values, UsableImportance(importance, traits.type, &buffer));
        std::vector<float> stored(kColumns);
        codec->dequantize_row(blocks.data(), kColumns, stored.data());
        double error = 0;
        double signal = 0;
        for (int i = first; i < std::min<int>(first + count, kColumns); ++i) {
          error += std::pow(stored[i] - values[i], 2);
          signal += std::pow(values[i], 2);
        }
        EXPECT_LT(error, signal / 4)
            << traits.name << " " << first << " " << count;
      }
    }
  }
}

}  // namespace
}  // namespace tessera
