#include "formats/dtype/dtype.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint64_t k2To32 = uint64_t{1} << 32;
constexpr uint64_t kMax = ~uint64_t{0};

TEST(DTypeTest, NamesAndNumbersAreUnique) {
  std::set<std::string> names;
  std::set<DType> types;
  for (const DTypeTraits& traits : AllDTypes()) {
    EXPECT_TRUE(names.insert(std::string(traits.name)).second) << traits.name;
    EXPECT_TRUE(types.insert(traits.type).second) << traits.name;
    EXPECT_EQ(DTypeFromName(traits.name), traits.type);
    EXPECT_EQ(DTypeName(traits.type), traits.name);
    ASSERT_NE(FindDType(traits.type), nullptr);
    EXPECT_EQ(FindDType(traits.type)->name, traits.name);
    EXPECT_EQ(traits.block_elements == 0, traits.block_bytes == 0);
  }
}

TEST(DTypeTest, FrozenNumbers) {
  const struct {
    uint32_t number;
    const char* name;
  } cases[] = {
      {0, "F32"},     {1, "F16"},        {2, "Q4_0"},      {3, "Q4_1"},
      {6, "Q5_0"},    {7, "Q5_1"},       {8, "Q8_0"},      {10, "Q2_K"},
      {11, "Q3_K"},   {12, "Q4_K"},      {13, "Q5_K"},     {14, "Q6_K"},
      {20, "IQ4_NL"}, {23, "IQ4_XS"},    {28, "F64"},      {30, "BF16"},
      {34, "TQ1_0"},  {35, "TQ2_0"},     {39, "MXFP4"},    {40, "NVFP4"},
      {1000, "INT8"}, {1006, "F8_E4M3"}, {1007, "F8_E5M2"}};
  for (const auto& c : cases) {
    EXPECT_EQ(DTypeName(static_cast<DType>(c.number)), c.name);
  }
}

TEST(DTypeTest, UnknownNamesAndNumbers) {
  EXPECT_EQ(DTypeFromName("q4_0"), std::nullopt);
  EXPECT_EQ(DTypeFromName(""), std::nullopt);
  EXPECT_EQ(DTypeFromName("Q4_0 "), std::nullopt);
  EXPECT_EQ(FindDType(static_cast<DType>(77)), nullptr);
  EXPECT_EQ(DTypeName(static_cast<DType>(77)), "type 77");
  EXPECT_EQ(RowBytes(static_cast<DType>(77), 32), std::nullopt);
}

TEST(DTypeTest, RowBytes) {
  EXPECT_EQ(RowBytes(DType::kF32, 3), 12u);
  EXPECT_EQ(RowBytes(DType::kQ4_0, 64), 36u);
  EXPECT_EQ(RowBytes(DType::kQ6_K, 256), 210u);
  EXPECT_EQ(RowBytes(DType::kIQ4_XS, 512), 272u);
  EXPECT_EQ(RowBytes(DType::kTQ1_0, 512), 108u);
  EXPECT_EQ(RowBytes(DType::kMXFP4, 512), 272u);
  EXPECT_EQ(RowBytes(DType::kF4, 4), 2u);
  EXPECT_EQ(RowBytes(DType::kF6_E2M3, 8), 6u);
  EXPECT_EQ(RowBytes(DType::kQ4_0, 0), 0u);
}

TEST(DTypeTest, RowsThatHaveNoSize) {
  EXPECT_EQ(RowBytes(DType::kQ4_0, 33), std::nullopt);
  EXPECT_EQ(RowBytes(DType::kQ4_K, 128), std::nullopt);
  EXPECT_EQ(RowBytes(DType::kF4, 3), std::nullopt);
  EXPECT_EQ(RowBytes(DType::kQ4_0_4_4, 32), std::nullopt);
  EXPECT_EQ(RowBytes(DType::kF32, kMax / 4 + 1), std::nullopt);
  EXPECT_EQ(RowBytes(DType::kF32, kMax / 4), kMax - 3);
  EXPECT_EQ(RowBytes(DType::kF64, kMax / 4), std::nullopt);
}

TEST(DTypeTest, Int8RowsCarryTheirScale) {
  EXPECT_EQ(RowBytes(DType::kINT8, 0), 4u);
  EXPECT_EQ(RowBytes(DType::kINT8, 33), 37u);
  EXPECT_EQ(RowBytes(DType::kINT8, kMax - 4), kMax);
  EXPECT_EQ(RowBytes(DType::kINT8, kMax - 3), std::nullopt);
  EXPECT_EQ(TensorBytes(DType::kINT8, {10, 33}), 370u);
  EXPECT_EQ(TensorBytes(DType::kINT8, {2, 5, 33}), 370u);
  EXPECT_EQ(TensorBytes(DType::kINT8, {33}), 37u);
  EXPECT_EQ(TensorBytes(DType::kINT8, {3, 0}), 0u);
  // The weights fit in 64 bits, with their scales they do not.
  EXPECT_EQ(TensorBytes(DType::kINT8, {k2To32, k2To32 - 1}), std::nullopt);
}

TEST(DTypeTest, ElementCount) {
  EXPECT_EQ(ElementCount({}), 1u);
  EXPECT_EQ(ElementCount({7}), 7u);
  EXPECT_EQ(ElementCount({2, 3, 4}), 24u);
  EXPECT_EQ(ElementCount({5, 0}), 0u);
  EXPECT_EQ(ElementCount({k2To32, k2To32 - 1}), k2To32 * (k2To32 - 1));
}

TEST(DTypeTest, ElementCountOverflow) {
  EXPECT_EQ(ElementCount({k2To32, k2To32}), std::nullopt);
  EXPECT_EQ(ElementCount({kMax, 2}), std::nullopt);
  // Products that wrap around to something small, or to zero.
  EXPECT_EQ(ElementCount({k2To32, k2To32, 3}), std::nullopt);
  EXPECT_EQ(ElementCount({uint64_t{1} << 63, 2}), std::nullopt);
  // A zero does not excuse the others, wherever it stands.
  EXPECT_EQ(ElementCount({0, k2To32, k2To32}), std::nullopt);
  EXPECT_EQ(ElementCount({k2To32, 0, k2To32}), std::nullopt);
  EXPECT_EQ(ElementCount({k2To32, k2To32, 0}), std::nullopt);
}

TEST(DTypeTest, TensorBytes) {
  EXPECT_EQ(TensorBytes(DType::kF16, {}), 2u);
  EXPECT_EQ(TensorBytes(DType::kF16, {4, 3}), 24u);
  EXPECT_EQ(TensorBytes(DType::kQ4_0, {3, 64}), 108u);
  EXPECT_EQ(TensorBytes(DType::kQ4_K, {2, 3, 256}), 864u);
  EXPECT_EQ(TensorBytes(DType::kQ4_0, {0, 64}), 0u);
  EXPECT_EQ(TensorBytes(DType::kQ4_0, {64, 0}), 0u);
}

TEST(DTypeTest, TensorsThatHaveNoSize) {
  // A multiple of the block in all, but not in the row.
  EXPECT_EQ(TensorBytes(DType::kQ4_0, {32, 31}), std::nullopt);
  EXPECT_EQ(TensorBytes(DType::kQ4_0, {0, 31}), std::nullopt);
  EXPECT_EQ(TensorBytes(DType::kQ4_0, {}), std::nullopt);
  EXPECT_EQ(TensorBytes(DType::kF32, {k2To32, k2To32}), std::nullopt);
  EXPECT_EQ(TensorBytes(DType::kF32, {k2To32, k2To32 / 4}), std::nullopt);
  EXPECT_EQ(TensorBytes(DType::kF32, {k2To32, 0, k2To32}), std::nullopt);
  EXPECT_EQ(TensorBytes(DType::kU8, {k2To32, k2To32 / 2}),
            k2To32 * (k2To32 / 2));
}

}  // namespace
}  // namespace tessera
