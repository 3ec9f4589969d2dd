#include "runtime/model/kv_cache.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "formats/dtype/float16.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr KvCache::Shape kShape = {2, 3, 70, 72, false};

// A row of numbers, which float16 holds exactly, different from those of other
// rows and places of the row.
std::vector<float> RowAt(int64_t layer, int64_t head, int64_t position,
                         bool value) {
  std::vector<float> row(kShape.head_dim);
  const int64_t place = (layer * 3 + head) * 70 + position;
  for (int64_t i = 0; i < kShape.head_dim; ++i) {
    row[i] = F16ToF32(static_cast<uint16_t>(place * 72 + i));
    if (value) row[i] = -row[i];
  }
  return row;
}

float Element(const void* rows, int64_t index, bool exact) {
  if (exact) return static_cast<const float*>(rows)[index];
  return F16ToF32(static_cast<const uint16_t*>(rows)[index]);
}

void FillAndCheck(bool exact) {
  KvCache::Shape shape = kShape;
  shape.exact = exact;
  ActivationArena arena;
  KvCache::TakeFrom(arena, shape);
  ASSERT_TRUE(arena.Reserve().ok());
  KvCache cache = KvCache::TakeFrom(arena, shape);
  const KernelTable& kernels = KernelTableFor(Isa::kScalar);
  const auto for_each_row = [&](auto visit) {
    for (int64_t l = 0; l < shape.layers; ++l) {
      for (int64_t h = 0; h < shape.kv_heads; ++h) {
        for (int64_t p = 0; p < shape.positions; ++p) visit(l, h, p);
      }
    }
  };
  for_each_row([&](int64_t l, int64_t h, int64_t p) {
    cache.StoreKey(kernels, l, h, p, RowAt(l, h, p, false).data());
    cache.StoreValue(kernels, l, h, p, RowAt(l, h, p, true).data());
  });
  for_each_row([&](int64_t l, int64_t h, int64_t p) {
    const std::vector<float> key = RowAt(l, h, p, false);
    const std::vector<float> value = RowAt(l, h, p, true);
    for (int64_t i = 0; i < shape.head_dim; ++i) {
      const int64_t in_tile = (p / 64 * shape.head_dim + i) * 64 + p % 64;
      ASSERT_EQ(Element(cache.Keys(l, h), in_tile, exact), key[i]);
      ASSERT_EQ(Element(cache.Values(l, h), p * shape.head_dim + i, exact),
                value[i]);
    }
  });
}

TEST(KvCacheTest, KeepsEveryRowApartInFloat16) { FillAndCheck(false); }

TEST(KvCacheTest, KeepsEveryRowApartInFloat32) { FillAndCheck(true); }

TEST(KvCacheTest, HoldsWholeTilesOfKeys) {
  const auto bytes = [](int64_t positions) {
    ActivationArena arena;
    KvCache::TakeFrom(arena, {64, 8, positions, 64, false});
    EXPECT_TRUE(arena.Reserve().ok());
    return arena.bytes();
  };
  EXPECT_EQ(bytes(1), bytes(64));
  EXPECT_LT(bytes(64), bytes(65));
}

TEST(KvCacheTest, ImpossibleSizesFailInReserve) {
  ActivationArena arena;
  KvCache::TakeFrom(arena, {int64_t{1} << 26, int64_t{1} << 26,
                            int64_t{1} << 26, int64_t{1} << 26, true});
  EXPECT_EQ(arena.Reserve().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace tessera
