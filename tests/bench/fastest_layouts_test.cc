#include "bench/fastest_layouts.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

KernelTiming Timing(LayoutOrder layout, int64_t rows, int64_t tokens,
                    double seconds) {
  KernelTiming timing;
  timing.type = DType::kF16;
  timing.layout = layout;
  timing.rows = rows;
  timing.columns = 64;
  timing.tokens = tokens;
  timing.seconds = seconds;
  return timing;
}

TEST(FastestLayoutsTest, ChoosesByDuty) {
  // Transposed is faster for one vector, and so much slower for many that it
  // is slower on the whole.
  const LayoutProfile profile = FastestLayouts({
      Timing(LayoutOrder::kInterleaved, 128, 1, 1.0),
      Timing(LayoutOrder::kTransposed, 128, 1, 0.8),
      Timing(LayoutOrder::kInterleaved, 128, 512, 10),
      Timing(LayoutOrder::kTransposed, 128, 512, 20),
  });
  EXPECT_EQ(profile.Choose(DType::kF16, MatrixDuty::kGemv, 128, 64),
            LayoutOrder::kTransposed);
  EXPECT_EQ(profile.Choose(DType::kF16, MatrixDuty::kGemm, 128, 64),
            LayoutOrder::kInterleaved);
  EXPECT_EQ(profile.Choose(DType::kF16, MatrixDuty::kGemv, 129, 64),
            LayoutOrder::kInterleaved);
  EXPECT_EQ(profile.rules().size(), 1u);
  EXPECT_TRUE(LayoutProfile::Parse(profile.Text()).ok());
}

TEST(FastestLayoutsTest, KeepsInterleavedForSmallGains) {
  EXPECT_TRUE(FastestLayouts({Timing(LayoutOrder::kInterleaved, 128, 1, 1.0),
                              Timing(LayoutOrder::kSwizzled, 128, 1, 0.985)})
                  .rules()
                  .empty());
}

TEST(FastestLayoutsTest, SaysNothingOfWhatWasNotMeasured) {
  const LayoutProfile profile =
      FastestLayouts({Timing(LayoutOrder::kInterleaved, 128, 1, 1.0),
                      Timing(LayoutOrder::kTransposed, 128, 1, 0.5)});
  ASSERT_EQ(profile.rules().size(), 1u);
  EXPECT_EQ(profile.rules()[0].duty, MatrixDuty::kGemv);
}

TEST(FastestLayoutsTest, TakesWhatThereIs) {
  const LayoutProfile profile =
      FastestLayouts({Timing(LayoutOrder::kRowMajor, 16, 512, 2.0),
                      Timing(LayoutOrder::kSwizzled, 16, 512, 1.0)});
  EXPECT_EQ(profile.Choose(DType::kF16, MatrixDuty::kGemm, 16, 64),
            LayoutOrder::kSwizzled);
  // Nothing was measured with one token.
  EXPECT_EQ(profile.Choose(DType::kF16, MatrixDuty::kGemv, 16, 64),
            LayoutOrder::kInterleaved);
  EXPECT_TRUE(FastestLayouts({}).rules().empty());
}

}  // namespace
}  // namespace tessera
