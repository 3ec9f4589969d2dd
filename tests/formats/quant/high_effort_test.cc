// quantize_row_high against quantize_row: never worse, and in sum better.
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/isa.h"
#include "formats/dtype/dtype.h"
#include "formats/quant/codec.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr int64_t kColumns = 2304;  // 9 super-blocks
constexpr int kRows = 16;

std::vector<const Codec*> CodecsWithHighEffort(Isa isa) {
  std::vector<const Codec*> codecs;
  for (const DTypeTraits& traits : AllDTypes()) {
    const Codec* codec = FindCodec(traits.type, isa);
    if (codec != nullptr && codec->quantize_row_high != nullptr) {
      codecs.push_back(codec);
    }
  }
  return codecs;
}

// S(w (stored - x)^2) of each block.
std::vector<double> BlockErrors(const Codec& codec, QuantizeRowFn quantize,
                                const std::vector<float>& values,
                                const float* importance) {
  std::vector<uint8_t> blocks(*RowBytes(codec.type, kColumns));
  std::vector<float> stored(kColumns);
  quantize(values.data(), kColumns, importance, blocks.data());
  codec.dequantize_row(blocks.data(), kColumns, stored.data());
  const int64_t block = FindDType(codec.type)->block_elements;
  std::vector<double> errors(kColumns / block);
  for (int64_t i = 0; i < kColumns; ++i) {
    const double weight = importance == nullptr ? 1.0 : importance[i];
    errors[i / block] += weight * std::pow(double{stored[i]} - values[i], 2);
  }
  return errors;
}

struct Totals {
  double low = 0;
  double high = 0;
};

class HighEffortTest : public ::testing::TestWithParam<Isa> {
 protected:
  std::vector<float> NormalRow(float deviation) {
    std::normal_distribution<float> normal(0.0f, deviation);
    std::vector<float> row(kColumns);
    for (float& value : row) value = normal(random_);
    return row;
  }

  std::vector<float> Importance() {
    std::vector<float> importance(kColumns);
    for (float& weight : importance) {
      weight = std::pow(0x1p-32f * random_(), 3.0f);
    }
    return importance;
  }

  // Expects every block to be at least as good as the default.
  Totals Compare(const Codec& codec, const std::vector<float>& values,
                 const float* importance) {
    const std::vector<double> low =
        BlockErrors(codec, codec.quantize_row, values, importance);
    const std::vector<double> high =
        BlockErrors(codec, codec.quantize_row_high, values, importance);
    Totals totals;
    for (size_t i = 0; i < low.size(); ++i) {
      if (!std::isfinite(low[i])) continue;
      // Sums of different order may round differently.
      EXPECT_LE(high[i], low[i] * (1 + 1e-12))
          << DTypeName(codec.type) << " block " << i;
      totals.low += low[i];
      totals.high += high[i];
    }
    return totals;
  }

  std::mt19937 random_{21};
};

TEST_P(HighEffortTest, EveryTypeThatHasScalesHasIt) {
  EXPECT_EQ(CodecsWithHighEffort(GetParam()).size(), 9u);
}

TEST_P(HighEffortTest, NoBlockIsWorseAndTheSumIsBetter) {
  for (const Codec* codec : CodecsWithHighEffort(GetParam())) {
    for (const bool by_importance : {false, true}) {
      Totals totals;
      for (int row = 0; row < kRows; ++row) {
        const std::vector<float> values = NormalRow(0.02f);
        const std::vector<float> importance = Importance();
        const Totals of_row = Compare(
            *codec, values, by_importance ? importance.data() : nullptr);
        totals.low += of_row.low;
        totals.high += of_row.high;
      }
      // RMSE; measured: Q4_K 2 %, others 3 % to 21 %.
      EXPECT_LT(std::sqrt(totals.high / totals.low), 0.985)
          << DTypeName(codec->type) << " by importance: " << by_importance;
    }
  }
}

TEST_P(HighEffortTest, OddRowsAreNotWorse) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::vector<std::vector<float>> rows = {std::vector<float>(kColumns, 0.0f),
                                          std::vector<float>(kColumns, -0.7f),
                                          NormalRow(1e-7f),
                                          NormalRow(1e-40f),
                                          NormalRow(1e30f),
                                          NormalRow(1.0f)};
  for (int i = 0; i < kColumns; ++i) {
    rows[5][i] = i % 100 == 0 ? 1e4f : rows[5][i];
  }
  rows.push_back(NormalRow(1.0f));
  for (float& value : rows.back()) value += 20.0f;
  rows.push_back(NormalRow(1.0f));
  rows.back()[3] = kInfinity;
  rows.back()[700] = std::nanf("");
  std::vector<float> sparse = Importance();
  for (int i = 0; i < kColumns; ++i) sparse[i] *= i % 7 == 0;
  const std::vector<float> none(kColumns, 0.0f);
  for (const Codec* codec : CodecsWithHighEffort(GetParam())) {
    for (const std::vector<float>& row : rows) {
      Compare(*codec, row, nullptr);
      Compare(*codec, row, sparse.data());
      Compare(*codec, row, none.data());
    }
  }
}

// Blocks that can be stored exactly are.
TEST_P(HighEffortTest, KeepsExactBlocks) {
  std::vector<float> values(kColumns);
  for (int64_t i = 0; i < kColumns; ++i) {
    values[i] = 0.25f * static_cast<float>(i % 16 - 8);
  }
  for (const Codec* codec : CodecsWithHighEffort(GetParam())) {
    if (codec->type == DType::kIQ4_NL) continue;
    for (double error : BlockErrors(*codec, codec->quantize_row_high, values,
                                    /*importance=*/nullptr)) {
      EXPECT_LT(error, 1e-4) << DTypeName(codec->type);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, HighEffortTest,
                         ::testing::ValuesIn(SupportedIsas()),
                         [](const ::testing::TestParamInfo<Isa>& info) {
                           return std::string(IsaName(info.param));
                         });

}  // namespace
}  // namespace tessera
