#include "formats/quant/non_finite.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "formats/quant/codec.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr int64_t kElements = 512;

bool HasNonFinite(const Codec& codec, const std::vector<uint8_t>& row) {
  std::vector<float> values(kElements);
  codec.dequantize_row(row.data(), kElements, values.data());
  for (const float value : values) {
    if (!std::isfinite(value)) return true;
  }
  return false;
}

// Bits of a row are set at random: whatever is decoded to something that is not
// finite is found, and nothing else.
TEST(NonFiniteTest, AgreesWithWhatIsDecoded) {
  uint32_t state = 1;
  const auto next = [&state] { return state = state * 1664525u + 1013904223u; };
  for (const DTypeTraits& traits : AllDTypes()) {
    const Codec* codec = FindCodec(traits.type);
    if (codec == nullptr || codec->dequantize_row == nullptr) continue;
    std::vector<uint8_t> zeros(*RowBytes(traits.type, kElements));
    EXPECT_EQ(FindNonFinite(traits.type, zeros.data(), kElements), std::nullopt)
        << traits.name;
    int found = 0;
    for (int round = 0; round < 3000; ++round) {
      std::vector<uint8_t> row = zeros;
      const size_t place = (next() >> 8) % row.size();
      row[place] = static_cast<uint8_t>(next() >> 24);
      row[(place + 1) % row.size()] = static_cast<uint8_t>(next() >> 24) | 0x7c;
      const bool is_found =
          FindNonFinite(traits.type, row.data(), kElements).has_value();
      found += is_found;
      if (HasNonFinite(*codec, row)) {
        EXPECT_TRUE(is_found) << traits.name;
      } else if (traits.block_elements == 1) {
        EXPECT_FALSE(is_found) << traits.name;
      }
    }
    // The single scale of an INT8 is seldom met.
    if (traits.type == DType::kINT8) continue;
    EXPECT_GT(found, 0) << traits.name;
  }
}

TEST(NonFiniteTest, FindsTheFirst) {
  for (const uint64_t place : {0, 1, 63, 64, 65, 127, 200, 299}) {
    for (const float value : {std::numeric_limits<float>::infinity(),
                              -std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN()}) {
      std::vector<float> values(300, std::numeric_limits<float>::max());
      values[place] = value;
      values[299] = value;
      EXPECT_EQ(FindNonFinite(DType::kF32,
                              reinterpret_cast<const uint8_t*>(values.data()),
                              values.size()),
                place);
    }
  }
}

TEST(NonFiniteTest, NumbersThatF32DoesNotHold) {
  constexpr double kMax = std::numeric_limits<float>::max();
  const double least = std::ldexp(1, 128) - std::ldexp(1, 103);
  for (const double sign : {1.0, -1.0}) {
    const auto find = [&](double value) {
      std::vector<double> values(300, sign * kMax);
      values[270] = sign * value;
      return FindNonFinite(DType::kF64,
                           reinterpret_cast<const uint8_t*>(values.data()),
                           values.size());
    };
    for (const double value : {0.0, 1e-300, kMax, std::nextafter(least, 0)}) {
      EXPECT_EQ(find(value), std::nullopt) << value;
    }
    for (const double value :
         {least, 1e300, std::numeric_limits<double>::infinity(),
          std::numeric_limits<double>::quiet_NaN()}) {
      EXPECT_EQ(find(value), 270u) << value;
    }
  }
}

// All exponents and quants, as they are decoded. 255 is NaN by the standard.
TEST(NonFiniteTest, WeightsOfMxFp4) {
  const Codec& codec = *FindCodec(DType::kMXFP4);
  for (int exponent = 0; exponent < 256; ++exponent) {
    for (int quant = 0; quant < 16; ++quant) {
      for (const int shift : {0, 4}) {
        std::vector<uint8_t> row(*RowBytes(DType::kMXFP4, kElements));
        uint8_t* block = row.data() + 17;
        block[0] = static_cast<uint8_t>(exponent);
        block[16] = static_cast<uint8_t>(quant << shift);
        const bool expected = exponent == 255 || HasNonFinite(codec, row);
        EXPECT_EQ(FindNonFinite(DType::kMXFP4, row.data(), kElements),
                  expected ? std::optional<uint64_t>(32) : std::nullopt)
            << exponent << " " << quant;
      }
    }
  }
}

// Types of which there is no decoder.
TEST(NonFiniteTest, ScalesOfTypesThatAreOnlyCopied) {
  struct Case {
    DType type;
    size_t place;  // of the byte of a scale that is set
    uint8_t byte;
  };
  for (const Case& c :
       {Case{DType::kIQ2_XXS, 1, 0x7c}, Case{DType::kIQ2_XS, 1, 0x7c},
        Case{DType::kIQ2_S, 1, 0xfc}, Case{DType::kIQ3_XXS, 1, 0x7c},
        Case{DType::kIQ3_S, 1, 0x7e}, Case{DType::kIQ1_S, 1, 0x7c},
        Case{DType::kQ8_1, 3, 0x7c}, Case{DType::kNVFP4, 2, 0x7f},
        Case{DType::kQ1_0, 1, 0x7c}, Case{DType::kQ2_0, 1, 0x7c},
        Case{DType::kF8_E8M0, 5, 0xff}, Case{DType::kF8_E4M3FNUZ, 5, 0x80}}) {
    const DTypeTraits& traits = *FindDType(c.type);
    std::vector<uint8_t> row(2 * traits.block_bytes + 8);
    const uint64_t elements = 2 * traits.block_elements;
    if (elements == 2) row.resize(64);
    const uint64_t count = elements == 2 ? 64 : elements;
    EXPECT_EQ(FindNonFinite(c.type, row.data(), count), std::nullopt);
    const size_t second = elements == 2 ? 0 : traits.block_bytes;
    row[second + c.place] = c.byte;
    EXPECT_TRUE(FindNonFinite(c.type, row.data(), count).has_value())
        << traits.name;
  }
  // The scale of an IQ1_M is spread over four words: 0x7c00.
  std::vector<uint8_t> block(56);
  block[48 + 7] = 0x70;
  block[48 + 5] = 0xc0;
  EXPECT_EQ(FindNonFinite(DType::kIQ1_M, block.data(), 256), 0u);
}

}  // namespace
}  // namespace tessera
