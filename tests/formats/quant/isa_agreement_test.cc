// All instruction sets give the same bytes and the same values.
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/isa.h"
#include "formats/dtype/dtype.h"
#include "formats/dtype/float16.h"
#include "formats/dtype/float8.h"
#include "formats/quant/codec.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// What may be wrong with a row; element i of normal values x becomes fill(x).
struct RowKind {
  const char* name;
  std::function<float(float x, std::mt19937& random)> fill;
};

float FromBits(uint64_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits));
}

const RowKind kRowKinds[] = {
    {"normal", [](float x, std::mt19937&) { return x; }},
    {"small", [](float x, std::mt19937&) { return x * 1e-6f; }},
    {"zeros", [](float, std::mt19937&) { return 0.0f; }},
    {"zeros of both signs",
     [](float x, std::mt19937&) { return std::copysign(0.0f, x); }},
    {"equal", [](float, std::mt19937&) { return 0.37f; }},
    {"equal and negative", [](float, std::mt19937&) { return -0.37f; }},
    {"ties", [](float x, std::mt19937&) { return std::round(x * 4) / 4; }},
    {"positive", [](float x, std::mt19937&) { return std::fabs(x); }},
    {"negative", [](float x, std::mt19937&) { return -std::fabs(x); }},
    {"denormal", [](float x, std::mt19937&) { return x * 1e-40f; }},
    {"huge", [](float x, std::mt19937&) { return x * 6e37f; }},
    {"outliers",
     [](float x, std::mt19937& random) {
       return random() % 400 == 0 ? x * 1e6f : x;
     }},
    {"sparse",
     [](float x, std::mt19937& random) {
       return random() % 8 == 0 ? x : 0.0f;
     }},
    {"infinities",
     [](float x, std::mt19937& random) {
       return random() % 50 == 0 ? std::copysign(kInfinity, x) : x;
     }},
    {"NaNs",
     [](float x, std::mt19937& random) {
       return random() % 50 == 0 ? FromBits(random() | 0x7f800001u) : x;
     }},
    {"any bits",
     [](float, std::mt19937& random) { return FromBits(random()); }},
};

struct ImportanceKind {
  const char* name;
  std::function<float(std::mt19937& random)> fill;
};

const ImportanceKind kImportanceKinds[] = {
    {"uniform", [](std::mt19937& random) { return 0x1p-32f * random(); }},
    {"mostly zero",
     [](std::mt19937& random) {
       return random() % 9 == 0 ? 0x1p-32f * random() : 0.0f;
     }},
    {"zero", [](std::mt19937&) { return 0.0f; }},
    {"wide",
     [](std::mt19937& random) {
       return std::ldexp(1.0f, static_cast<int>(random() % 80) - 60);
     }},
};

class IsaAgreementTest : public ::testing::TestWithParam<Isa> {
 protected:
  // Calls check(own, scalar) for the two codecs of every type.
  template <typename Check>
  void ForEachType(Check check) {
    for (const DTypeTraits& traits : AllDTypes()) {
      const Codec* codec = FindCodec(traits.type, GetParam());
      if (codec != nullptr)
        check(*codec, *FindCodec(traits.type, Isa::kScalar));
    }
  }

  // Blocks of `values`, with `quantize` of an instruction set's codec.
  static std::vector<uint8_t> Encode(QuantizeRowFn quantize, DType type,
                                     const std::vector<float>& values,
                                     const float* importance) {
    std::vector<uint8_t> blocks(*RowBytes(type, values.size()), 0xaa);
    quantize(values.data(), values.size(), importance, blocks.data());
    return blocks;
  }

  void ExpectSameBlocks(const std::vector<float>& values,
                        const float* importance, const std::string& what) {
    ForEachType([&](const Codec& own, const Codec& scalar) {
      if (own.quantize_row == nullptr) return;
      EXPECT_EQ(Encode(own.quantize_row, own.type, values, importance),
                Encode(scalar.quantize_row, own.type, values, importance))
          << DTypeName(own.type) << ", " << what;
      if (own.quantize_row_high == nullptr) return;
      EXPECT_EQ(Encode(own.quantize_row_high, own.type, values, importance),
                Encode(scalar.quantize_row_high, own.type, values, importance))
          << DTypeName(own.type) << " with high effort, " << what;
    });
  }

  std::mt19937 random_{11};
};

TEST_P(IsaAgreementTest, QuantizesTheSame) {
  std::normal_distribution<float> normal;
  // Whole vectors of groups and rests.
  for (int super_blocks : {1, 9}) {
    for (const RowKind& kind : kRowKinds) {
      std::vector<float> values(256 * super_blocks);
      for (float& x : values) x = kind.fill(normal(random_), random_);
      ExpectSameBlocks(values, nullptr, kind.name);
      for (const ImportanceKind& weights : kImportanceKinds) {
        std::vector<float> importance(values.size());
        for (float& weight : importance) weight = weights.fill(random_);
        ExpectSameBlocks(values, importance.data(),
                         std::string(kind.name) + ", " + weights.name);
      }
    }
  }
}

// Also rows that are no whole vector, at odd addresses.
TEST_P(IsaAgreementTest, DequantizesTheSame) {
  ForEachType([&](const Codec& own, const Codec& scalar) {
    const int64_t block = FindDType(own.type)->block_elements;
    const int64_t long_row = block == 1 ? 1037 : 1024;
    for (int64_t elements : {block, 3 * block, long_row}) {
      std::vector<uint8_t> blocks(*RowBytes(own.type, elements) + 1);
      for (uint8_t& byte : blocks) byte = random_() & 0xff;
      std::vector<float> values(elements), expected(elements);
      own.dequantize_row(blocks.data() + 1, elements, values.data());
      scalar.dequantize_row(blocks.data() + 1, elements, expected.data());
      for (int64_t i = 0; i < elements; ++i) {
        // Which of two NaNs an operation returns is not defined.
        if (block > 1 && std::isnan(values[i]) && std::isnan(expected[i])) {
          continue;
        }
        ASSERT_EQ(std::bit_cast<uint32_t>(values[i]),
                  std::bit_cast<uint32_t>(expected[i]))
            << DTypeName(own.type) << " weight " << i;
      }
    }
  });
}

TEST_P(IsaAgreementTest, EveryF16AndItsNeighboursConvert) {
  const Codec& codec = *FindCodec(DType::kF16, GetParam());
  std::vector<uint16_t> halves(65536);
  for (int i = 0; i < 65536; ++i) halves[i] = static_cast<uint16_t>(i);
  std::vector<float> values(halves.size());
  codec.dequantize_row(reinterpret_cast<const uint8_t*>(halves.data()),
                       values.size(), values.data());
  for (int i = 0; i < 65536; ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(values[i]),
              std::bit_cast<uint32_t>(F16ToF32(halves[i])))
        << i;
  }
  // The middle between neighbours, a bit more and less, and everything else.
  const uint32_t offsets[] = {0, 1, 0xfff, 0x1000, 0x1001, 0x1fff};
  for (uint32_t offset : offsets) {
    std::vector<float> shifted(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      shifted[i] =
          std::bit_cast<float>(std::bit_cast<uint32_t>(values[i]) + offset);
    }
    codec.quantize_row(shifted.data(), shifted.size(), nullptr,
                       reinterpret_cast<uint8_t*>(halves.data()));
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(halves[i], F32ToF16(shifted[i])) << shifted[i];
    }
  }
}

// Row lengths beyond one step and with a rest.
TEST_P(IsaAgreementTest, EveryF8Converts) {
  std::vector<uint8_t> bytes(3 * 256 + 5);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = i & 0xff;
  std::vector<float> e4m3(bytes.size()), e5m2(bytes.size());
  FindCodec(DType::kF8_E4M3, GetParam())
      ->dequantize_row(bytes.data(), bytes.size(), e4m3.data());
  FindCodec(DType::kF8_E5M2, GetParam())
      ->dequantize_row(bytes.data(), bytes.size(), e5m2.data());
  for (size_t i = 0; i < bytes.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(e4m3[i]),
              std::bit_cast<uint32_t>(F8E4M3ToF32(bytes[i])))
        << i;
    ASSERT_EQ(std::bit_cast<uint32_t>(e5m2[i]),
              std::bit_cast<uint32_t>(F8E5M2ToF32(bytes[i])))
        << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, IsaAgreementTest,
                         ::testing::ValuesIn(SupportedIsas()),
                         [](const ::testing::TestParamInfo<Isa>& info) {
                           return std::string(IsaName(info.param));
                         });

}  // namespace
}  // namespace tessera
