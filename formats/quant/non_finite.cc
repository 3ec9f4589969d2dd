#include "formats/quant/non_finite.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tessera {
namespace {

// Weights that are looked at together, in a loop of fixed length, which
// compilers turn into vectors.
constexpr uint64_t kTogether = 256;

// Of the words that are floating-point numbers, those whose magnitude is
// kLeast or more are NaN, infinite or too large. Adding the difference to the
// place of the sign carries into it then, and only then.
template <typename Word, Word kLeast>
Word Carries(Word word) {
  constexpr Word kSign = static_cast<Word>(Word{1} << (8 * sizeof(Word) - 1));
  constexpr Word kMagnitude = static_cast<Word>(~kSign);
  constexpr Word kDifference = static_cast<Word>(kSign - kLeast);
  return static_cast<Word>((word & kMagnitude) + kDifference) & kSign;
}

template <typename Word, Word kLeast>
std::optional<uint64_t> FindWord(const uint8_t* bytes, uint64_t count) {
  typedef Word Unaligned __attribute__((aligned(1), may_alias));
  const auto* words = reinterpret_cast<const Unaligned*>(bytes);
  const auto any = [&](uint64_t first, uint64_t size) {
    Word carries = 0;
    for (uint64_t i = first; i < first + size; ++i) {
      carries |= Carries<Word, kLeast>(words[i]);
    }
    return carries != 0;
  };
  for (uint64_t first = 0; first < count; first += kTogether) {
    const uint64_t size = std::min(kTogether, count - first);
    if (!(size == kTogether ? any(first, kTogether) : any(first, size))) {
      continue;
    }
    for (uint64_t i = first; i < first + size; ++i) {
      if (Carries<Word, kLeast>(words[i]) != 0) return i;
    }
  }
  return std::nullopt;
}

constexpr auto FindF16 = FindWord<uint16_t, 0x7c00>;
constexpr auto FindBF16 = FindWord<uint16_t, 0x7f80>;
constexpr auto FindF32 = FindWord<uint32_t, 0x7f800000>;
// 2^128 - 2^103 is the smallest number that is infinite when rounded to F32.
constexpr auto FindF64 = FindWord<uint64_t, 0x47effffff0000000>;

template <typename Predicate>
std::optional<uint64_t> FindByte(const uint8_t* bytes, uint64_t count,
                                 Predicate is_bad) {
  for (uint64_t i = 0; i < count; ++i) {
    if (is_bad(bytes[i])) return i;
  }
  return std::nullopt;
}

// Where a block has its scales, as F16: ggml-common.h. Two that are the same
// are one.
struct ScalePlaces {
  DType type;
  uint32_t first;
  uint32_t second;
};
constexpr ScalePlaces kPlaces[] = {
    {DType::kQ4_0, 0, 0},   {DType::kQ4_1, 0, 2},     {DType::kQ5_0, 0, 0},
    {DType::kQ5_1, 0, 2},   {DType::kQ8_0, 0, 0},     {DType::kQ8_1, 0, 2},
    {DType::kQ2_K, 80, 82}, {DType::kQ3_K, 108, 108}, {DType::kQ4_K, 0, 2},
    {DType::kQ5_K, 0, 2},   {DType::kQ6_K, 208, 208}, {DType::kIQ2_XXS, 0, 0},
    {DType::kIQ2_XS, 0, 0}, {DType::kIQ2_S, 0, 0},    {DType::kIQ3_XXS, 0, 0},
    {DType::kIQ3_S, 0, 0},  {DType::kIQ1_S, 0, 0},    {DType::kIQ4_NL, 0, 0},
    {DType::kIQ4_XS, 0, 0}, {DType::kTQ1_0, 52, 52},  {DType::kTQ2_0, 64, 64},
    {DType::kQ1_0, 0, 0},   {DType::kQ2_0, 0, 0},
};

bool IsNonFiniteF16(const uint8_t* bytes) {
  uint16_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return Carries<uint16_t, 0x7c00>(word) != 0;
}

// Also if weights of 8 bits times the scale are too large.
bool IsNonFiniteF32(const uint8_t* bytes) {
  float scale;
  std::memcpy(&scale, bytes, sizeof(scale));
  return !std::isfinite(scale * 128);
}

// The four upper bits of four words are the scale of an IQ1_M.
bool IsNonFiniteIq1M(const uint8_t* block) {
  constexpr size_t kScales = 48;
  const uint8_t* tops = block + kScales + 1;
  const auto word =
      static_cast<uint16_t>((tops[0] >> 4) | (tops[2] & 0xf0) |
                            ((tops[4] & 0xf0) << 4) | ((tops[6] & 0xf0) << 8));
  return Carries<uint16_t, 0x7c00>(word) != 0;
}

// UE4M3 scales of the four sixteens of an NVFP4.
bool IsNonFiniteNvFp4(const uint8_t* block) {
  return std::any_of(block, block + 4,
                     [](uint8_t scale) { return (scale & 0x7f) == 0x7f; });
}

// The scale 2^(e - 128) of an MXFP4 is NaN, or one of its weights, which are as
// many scales as the table has, is 2^128 or more.
bool IsNonFiniteMxFp4(const uint8_t* block) {
  constexpr uint8_t kNan = 0xff;
  constexpr int kMagnitudes[8] = {0, 1, 2, 3, 4, 6, 8, 12};
  const uint8_t exponent = block[0];
  if (exponent < kNan - 2) return false;
  if (exponent == kNan) return true;
  const int least = exponent == kNan - 1 ? 4 : 8;
  return std::any_of(block + 1, block + 17, [&](uint8_t quants) {
    return kMagnitudes[quants & 7] >= least ||
           kMagnitudes[(quants >> 4) & 7] >= least;
  });
}

template <typename Predicate>
std::optional<uint64_t> FindBlock(DType type, const uint8_t* blocks,
                                  uint64_t elements, Predicate is_bad) {
  const DTypeTraits& traits = *FindDType(type);
  const uint64_t count = elements / traits.block_elements;
  for (uint64_t i = 0; i < count; ++i) {
    if (is_bad(blocks + i * traits.block_bytes)) {
      return i * traits.block_elements;
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> FindScale(DType type, const uint8_t* blocks,
                                  uint64_t elements) {
  for (const ScalePlaces& places : kPlaces) {
    if (places.type != type) continue;
    return FindBlock(type, blocks, elements, [&](const uint8_t* block) {
      return IsNonFiniteF16(block + places.first) ||
             IsNonFiniteF16(block + places.second);
    });
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint64_t> FindNonFinite(DType type, const uint8_t* blocks,
                                      uint64_t elements) {
  if (elements == 0) return std::nullopt;
  switch (type) {
    case DType::kF16:
      return FindF16(blocks, elements);
    case DType::kBF16:
      return FindBF16(blocks, elements);
    case DType::kF32:
      return FindF32(blocks, elements);
    case DType::kF64:
      return FindF64(blocks, elements);
    case DType::kF8_E4M3:
      return FindByte(blocks, elements,
                      [](uint8_t byte) { return (byte & 0x7f) == 0x7f; });
    case DType::kF8_E5M2:
      return FindByte(blocks, elements,
                      [](uint8_t byte) { return (byte & 0x7c) == 0x7c; });
    case DType::kF8_E4M3FNUZ:
    case DType::kF8_E5M2FNUZ:
      return FindByte(blocks, elements,
                      [](uint8_t byte) { return byte == 0x80; });
    case DType::kF8_E8M0:
      return FindByte(blocks, elements,
                      [](uint8_t byte) { return byte == 0xff; });
    case DType::kINT8:
      if (!IsNonFiniteF32(blocks)) return std::nullopt;
      return 0;
    case DType::kMXFP4:
      return FindBlock(type, blocks, elements, IsNonFiniteMxFp4);
    case DType::kNVFP4:
      return FindBlock(type, blocks, elements, IsNonFiniteNvFp4);
    case DType::kQ8_K:
      return FindBlock(type, blocks, elements, IsNonFiniteF32);
    case DType::kIQ1_M:
      return FindBlock(type, blocks, elements, IsNonFiniteIq1M);
    default:
      return FindScale(type, blocks, elements);
  }
}

}  // namespace tessera
