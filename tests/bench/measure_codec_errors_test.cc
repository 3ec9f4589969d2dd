#include "bench/measure_codec_errors.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using ::testing::HasSubstr;

const CodecErrors& Find(const std::vector<CodecErrors>& all, DType type) {
  for (const CodecErrors& errors : all) {
    if (errors.type == type) return errors;
  }
  ADD_FAILURE() << "no " << DTypeName(type);
  return all.front();
}

TEST(CodecErrorsTest, MeasuresEveryTypeThatCanBeMade) {
  const std::vector<CodecErrors> all = MeasureCodecErrors(2);
  ASSERT_EQ(all.size(), 13u);
  EXPECT_EQ(Find(all, DType::kF32).normal_effort.rmse, 0);
  const CodecErrors& q4_0 = Find(all, DType::kQ4_0);
  EXPECT_EQ(q4_0.bits_per_weight, 4.5);
  EXPECT_NEAR(q4_0.normal_effort.rmse, 8.6, 0.3);
  EXPECT_NEAR(q4_0.normal_effort.snr_db, 21.3, 0.3);
  for (const CodecErrors& errors : all) {
    EXPECT_LE(errors.high_effort.rmse, errors.normal_effort.rmse);
    EXPECT_LE(errors.high_effort.weighted, errors.normal_effort.weighted);
    EXPECT_GT(errors.decoded_weights_per_second, 0);
  }
}

TEST(CodecErrorsTest, RendersTables) {
  CodecErrors errors;
  errors.type = DType::kQ8_0;
  errors.bits_per_weight = 8.5;
  errors.normal_effort = {0.5, 0.25, 46.02, 2e9};
  errors.high_effort = {0.4, 0.125, 47.96, 1e8};
  errors.decoded_weights_per_second = 1e10;
  const std::string text = RenderCodecErrors({errors});
  EXPECT_THAT(text, HasSubstr("| Q8_0 | 8.5 | 0.5 / 0.4 | 46.0 / 48.0 | "
                              "0.25 / 0.125 |\n"));
  EXPECT_THAT(text, HasSubstr("| Q8_0 | 2000 | 100 | 10000 |\n"));
}

}  // namespace
}  // namespace tessera
