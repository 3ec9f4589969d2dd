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
      // These have numbers that are too large for F32, and yet numbers.
      const bool exceeds_float =
          traits.type == DType::kMXFP4 || traits.type == DType::kF64;
      if (!exceeds_float && HasNonFinite(*codec, row)) {
        EXPECT_TRUE(is_found) << traits.name;
      } else if (!exceeds_float && traits.block_elements == 1) {
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
