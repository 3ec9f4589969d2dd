#include "formats/quant/codec.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "base/isa.h"
#include "formats/dtype/dtype.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr int64_t kElements = 512;

std::vector<const Codec*> AllCodecs() {
  std::vector<const Codec*> codecs;
  for (const DTypeTraits& traits : AllDTypes()) {
    const Codec* codec = FindCodec(traits.type);
    if (codec != nullptr) codecs.push_back(codec);
  }
  return codecs;
}

std::vector<float> NormalValues(int64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, 0.1f);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

std::vector<float> Dequantize(const Codec& codec,
                              const std::vector<uint8_t>& blocks,
                              int64_t elements) {
  std::vector<float> values(elements);
  codec.dequantize_row(blocks.data(), elements, values.data());
  return values;
}

std::vector<uint8_t> Quantize(const Codec& codec,
                              const std::vector<float>& values,
                              const float* importance = nullptr) {
  std::vector<uint8_t> blocks(*RowBytes(codec.type, values.size()));
  codec.quantize_row(values.data(), values.size(), importance, blocks.data());
  return blocks;
}

TEST(CodecTest, TableHoldsEveryTypeOnce) {
  EXPECT_EQ(AllCodecs().size(), 22u);
  int encoders = 0;
  for (const Codec* codec : AllCodecs()) {
    EXPECT_EQ(FindCodec(codec->type), codec);
    EXPECT_NE(codec->dequantize_row, nullptr) << DTypeName(codec->type);
    encoders += codec->quantize_row != nullptr;
  }
  EXPECT_EQ(encoders, 13);
  EXPECT_EQ(FindCodec(DType::kIQ2_XXS), nullptr);
  EXPECT_EQ(FindCodec(DType::kQ4_0_4_4), nullptr);
  EXPECT_EQ(FindCodec(static_cast<DType>(77)), nullptr);
}

TEST(CodecTest, EveryIsaHasTheSameTypes) {
  for (Isa isa : SupportedIsas()) {
    for (const DTypeTraits& traits : AllDTypes()) {
      const Codec* best = FindCodec(traits.type);
      const Codec* codec = FindCodec(traits.type, isa);
      ASSERT_EQ(codec == nullptr, best == nullptr) << traits.name;
      if (best == nullptr) continue;
      EXPECT_EQ(codec->type, traits.type);
      EXPECT_EQ(codec->uses_importance, best->uses_importance) << traits.name;
      EXPECT_EQ(codec->quantize_row == nullptr, best->quantize_row == nullptr);
    }
  }
}

// Blocks come from files: any bit pattern, at any address.
TEST(CodecTest, DecodesGarbageAtOddAddresses) {
  std::mt19937 random(1);
  for (const Codec* codec : AllCodecs()) {
    const uint64_t row_bytes = *RowBytes(codec->type, kElements);
    for (int round = 0; round < 100; ++round) {
      std::vector<uint8_t> buffer(row_bytes + 1);
      for (uint8_t& byte : buffer) {
        byte = round == 0 ? 0x00 : round == 1 ? 0xff : random() & 0xff;
      }
      std::vector<float> odd(kElements, -1.0f);
      codec->dequantize_row(buffer.data() + 1, kElements, odd.data());
      const std::vector<uint8_t> aligned(buffer.begin() + 1, buffer.end());
      const std::vector<float> even = Dequantize(*codec, aligned, kElements);
      EXPECT_EQ(std::memcmp(odd.data(), even.data(), kElements * sizeof(float)),
                0)
          << DTypeName(codec->type) << " round " << round;
    }
  }
}

TEST(CodecTest, AllZeroBytesDecodeToZeroScale) {
  for (const Codec* codec : AllCodecs()) {
    const std::vector<uint8_t> blocks(*RowBytes(codec->type, kElements));
    for (float value : Dequantize(*codec, blocks, kElements)) {
      ASSERT_EQ(value, 0.0f) << DTypeName(codec->type);
    }
  }
}

TEST(CodecTest, RowsOfNoElementsTouchNothing) {
  for (const Codec* codec : AllCodecs()) {
    uint8_t blocks[4] = {};  // INT8 has its scale
    float value = 3.0f;
    codec->dequantize_row(blocks, 0, &value);
    EXPECT_EQ(value, 3.0f);
    if (codec->quantize_row == nullptr) continue;
    codec->quantize_row(&value, 0, nullptr, blocks);
    codec->quantize_row(&value, 0, &value, blocks);
  }
}

// Weights of no meaning are encoded to something, without undefined behaviour.
TEST(CodecTest, EncodesNonFiniteAndDenormalValues) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float specials[] = {kInfinity,
                            -kInfinity,
                            std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::denorm_min(),
                            -1e-40f,
                            0.0f,
                            -0.0f,
                            std::numeric_limits<float>::max(),
                            std::numeric_limits<float>::lowest()};
  std::mt19937 random(2);
  const std::vector<float> importance(kElements, 0.5f);
  for (const Codec* codec : AllCodecs()) {
    if (codec->quantize_row == nullptr) continue;
    for (const float special : specials) {
      std::vector<float> sparse = NormalValues(kElements, 3);
      for (int i = 0; i < 20; ++i) sparse[random() % kElements] = special;
      const std::vector<float> dense(kElements, special);
      for (const std::vector<float>& values : {sparse, dense}) {
        Dequantize(*codec, Quantize(*codec, values), kElements);
        Dequantize(*codec, Quantize(*codec, values, importance.data()),
                   kElements);
      }
    }
    std::vector<float> noise(kElements);
    for (int round = 0; round < 20; ++round) {
      for (float& value : noise) {
        const uint32_t bits = random();
        std::memcpy(&value, &bits, sizeof(value));
      }
      Dequantize(*codec, Quantize(*codec, noise), kElements);
      Dequantize(*codec, Quantize(*codec, noise, importance.data()), kElements);
    }
  }
}

TEST(CodecTest, ZeroImportanceIsHarmless) {
  const std::vector<float> values = NormalValues(kElements, 4);
  const std::vector<float> importance(kElements, 0.0f);
  for (const Codec* codec : AllCodecs()) {
    if (codec->quantize_row == nullptr) continue;
    const std::vector<uint8_t> blocks =
        Quantize(*codec, values, importance.data());
    for (float value : Dequantize(*codec, blocks, kElements)) {
      ASSERT_TRUE(std::isfinite(value)) << DTypeName(codec->type);
    }
  }
}

TEST(CodecTest, ErrorShrinksWithBits) {
  const std::vector<float> values = NormalValues(4096, 5);
  const auto rmse = [&values](DType type) {
    const Codec& codec = *FindCodec(type);
    const std::vector<float> decoded =
        Dequantize(codec, Quantize(codec, values), values.size());
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      sum += std::pow(double{decoded[i]} - values[i], 2);
    }
    return std::sqrt(sum / values.size());
  };
  EXPECT_EQ(rmse(DType::kF32), 0.0);
  EXPECT_LT(rmse(DType::kF16), rmse(DType::kBF16));
  EXPECT_LT(rmse(DType::kBF16), rmse(DType::kQ8_0));
  EXPECT_LT(rmse(DType::kQ8_0), rmse(DType::kQ6_K));
  EXPECT_LT(rmse(DType::kINT8), rmse(DType::kQ6_K));
  EXPECT_LT(rmse(DType::kQ6_K), rmse(DType::kQ5_K));
  EXPECT_LT(rmse(DType::kQ5_K), rmse(DType::kQ5_0));
  EXPECT_LT(rmse(DType::kQ5_K), rmse(DType::kQ4_K));
  EXPECT_LT(rmse(DType::kQ4_K), rmse(DType::kQ4_1));
  EXPECT_LT(rmse(DType::kIQ4_NL), rmse(DType::kQ4_0));
}

float Int8Scale(const std::vector<uint8_t>& row) {
  float scale;
  std::memcpy(&scale, row.data(), sizeof(scale));
  return scale;
}

TEST(Int8CodecTest, IntegersTimesScaleRoundTrip) {
  const Codec& codec = *FindCodec(DType::kINT8);
  std::vector<float> values;
  for (int quant = -127; quant <= 127; ++quant) {
    values.push_back(static_cast<float>(quant) * 0.25f);
  }
  const std::vector<uint8_t> row = Quantize(codec, values);
  ASSERT_EQ(row.size(), 4u + 255u);
  EXPECT_EQ(Int8Scale(row), 0.25f);
  for (int i = 0; i < 255; ++i) {
    EXPECT_EQ(static_cast<int8_t>(row[4 + i]), i - 127);
  }
  EXPECT_EQ(Dequantize(codec, row, 255), values);
}

TEST(Int8CodecTest, TiesGoToEven) {
  const std::vector<float> values = {127.0f, 0.5f,  1.5f, 2.5f,
                                     -0.5f,  -1.5f, -2.5f};
  const std::vector<uint8_t> row = Quantize(*FindCodec(DType::kINT8), values);
  const int expected[] = {127, 0, 2, 2, 0, -2, -2};
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(static_cast<int8_t>(row[4 + i]), expected[i]) << values[i];
  }
}

TEST(Int8CodecTest, ErrorIsAtMostHalfAStep) {
  const std::vector<float> values = NormalValues(1000, 6);
  const Codec& codec = *FindCodec(DType::kINT8);
  const std::vector<uint8_t> row = Quantize(codec, values);
  const std::vector<float> decoded = Dequantize(codec, row, 1000);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_LE(std::fabs(decoded[i] - values[i]), 0.50001f * Int8Scale(row));
  }
}

TEST(Int8CodecTest, ZeroRowIsZeroBytes) {
  for (const float zero : {0.0f, -0.0f, 1e-45f}) {
    const std::vector<uint8_t> row =
        Quantize(*FindCodec(DType::kINT8), std::vector<float>(33, zero));
    EXPECT_EQ(row, std::vector<uint8_t>(37, 0)) << zero;
  }
}

TEST(Int8CodecTest, DenormalScaleIsClamped) {
  // 100 * 2^-149 / 127 rounds to 2^-149, so that x / scale is 100 again; with
  // 180 it would be 180.
  const float step = std::numeric_limits<float>::denorm_min();
  const std::vector<uint8_t> row = Quantize(
      *FindCodec(DType::kINT8), {100.0f * step, 180.0f * step, -180.0f * step});
  EXPECT_EQ(static_cast<int8_t>(row[4]), 100);
  EXPECT_EQ(static_cast<int8_t>(row[5]), 127);
  EXPECT_EQ(static_cast<int8_t>(row[6]), -127);
}

TEST(F64CodecTest, RoundsToFloat) {
  const double stored[] = {1.0, 1.0 + 0x1p-24, 1e300, -1e-300, 0.1};
  std::vector<uint8_t> blocks(sizeof(stored));
  std::memcpy(blocks.data(), stored, sizeof(stored));
  const std::vector<float> values =
      Dequantize(*FindCodec(DType::kF64), blocks, 5);
  EXPECT_EQ(values[0], 1.0f);
  EXPECT_EQ(values[1], 1.0f);  // tie to even
  EXPECT_EQ(values[2], std::numeric_limits<float>::infinity());
  EXPECT_EQ(values[3], 0.0f);
  EXPECT_TRUE(std::signbit(values[3]));
  EXPECT_EQ(values[4], 0.1f);
}

}  // namespace
}  // namespace tessera
