#include "runtime/model/kv_pool.h"

#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

#include "formats/dtype/float16.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {
namespace {

constexpr int64_t kHeads = 3;
constexpr int64_t kHeadDim = 72;

// A row of numbers, which float16 holds exactly, different from those of other
// rows and places of the row.
std::vector<float> RowAt(int64_t head, int64_t position, bool value) {
  std::vector<float> row(kHeadDim);
  const int64_t place = head * kKvBlock + position;
  for (int64_t i = 0; i < kHeadDim; ++i) {
    row[i] = F16ToF32(static_cast<uint16_t>(place * kHeadDim + i));
    if (value) row[i] = -row[i];
  }
  return row;
}

float Element(const uint8_t* rows, int64_t index, bool exact) {
  if (exact) return reinterpret_cast<const float*>(rows)[index];
  return F16ToF32(reinterpret_cast<const uint16_t*>(rows)[index]);
}

class KvBlockLayoutTest : public testing::TestWithParam<bool> {};

TEST_P(KvBlockLayoutTest, KeepsEveryRowApart) {
  const KvBlockLayout layout = {kHeads, kHeadDim, GetParam()};
  const KernelTable& kernels = KernelTableFor(Isa::kScalar);
  std::vector<uint8_t> block(layout.bytes());
  for (int64_t h = 0; h < kHeads; ++h) {
    for (int64_t p = 0; p < kKvBlock; ++p) {
      // The block of positions 128, 129, ...
      layout.StoreKey(kernels, h, 2 * kKvBlock + p, RowAt(h, p, false).data(),
                      block.data());
      layout.StoreValue(kernels, h, 2 * kKvBlock + p, RowAt(h, p, true).data(),
                        block.data());
    }
  }
  for (int64_t h = 0; h < kHeads; ++h) {
    const uint8_t* keys = block.data() + layout.KeysOffset(h);
    const uint8_t* values = block.data() + layout.ValuesOffset(h);
    for (int64_t p = 0; p < kKvBlock; ++p) {
      const std::vector<float> key = RowAt(h, p, false);
      const std::vector<float> value = RowAt(h, p, true);
      for (int64_t i = 0; i < kHeadDim; ++i) {
        ASSERT_EQ(Element(keys, i * kKvBlock + p, GetParam()), key[i]);
        ASSERT_EQ(Element(values, p * kHeadDim + i, GetParam()), value[i]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Elements, KvBlockLayoutTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "F32" : "F16";
                         });

TEST(KvPoolTest, BlocksAreApartAndComeBack) {
  const KvBlockLayout layout = {kHeads, kHeadDim, false};
  const auto pool = KvPool::Create(layout, 6);
  ASSERT_TRUE(pool.ok()) << pool.status();
  std::set<uint8_t*> blocks;
  for (int64_t i = 6; i > 0; --i) {
    EXPECT_EQ((*pool)->free_blocks(), i);
    uint8_t* block = (*pool)->AllocateBlock();
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 64, 0u);
    for (const uint8_t* other : blocks) {
      EXPECT_GE(std::abs(block - other), layout.bytes());
    }
    block[0] = block[layout.bytes() - 1] = 1;
    blocks.insert(block);
  }
  EXPECT_EQ((*pool)->AllocateBlock(), nullptr);
  EXPECT_EQ((*pool)->free_blocks(), 0);
  uint8_t* freed = *blocks.begin();
  (*pool)->FreeBlock(freed);
  EXPECT_EQ((*pool)->free_blocks(), 1);
  EXPECT_EQ((*pool)->AllocateBlock(), freed);
}

TEST(KvPoolTest, ImpossibleSizesAreRefused) {
  constexpr int64_t kLarge = int64_t{1} << 26;
  const auto pool = KvPool::Create({kLarge, kLarge, true}, kLarge);
  EXPECT_EQ(pool.status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace tessera
