#include "converter/size_label.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

SourceTensor Tensor(std::string name, std::vector<uint64_t> shape) {
  SourceTensor tensor;
  tensor.name = std::move(name);
  tensor.shape = std::move(shape);
  return tensor;
}

std::string LabelOf(uint64_t values) {
  const SourceTensor tensor = Tensor("token_embd.weight", {values});
  return SizeLabel(absl::MakeConstSpan(&tensor, 1));
}

TEST(SizeLabelTest, HasTwoDigitsAtLeast) {
  EXPECT_EQ(LabelOf(0), "");
  EXPECT_EQ(LabelOf(7), "0.01K");
  EXPECT_EQ(LabelOf(700), "0.7K");
  EXPECT_EQ(LabelOf(22'000), "22K");
  EXPECT_EQ(LabelOf(134'515'008), "135M");
  EXPECT_EQ(LabelOf(1'235'814'400), "1.2B");
  EXPECT_EQ(LabelOf(8'030'261'248), "8.0B");
  EXPECT_EQ(LabelOf(9'600'000'000), "10B");
  EXPECT_EQ(LabelOf(70'553'706'496), "71B");
  EXPECT_EQ(LabelOf(1'026'470'000'000), "1.0T");
}

TEST(SizeLabelTest, UnitIsThatOfTheExactNumber) {
  EXPECT_EQ(LabelOf(999'999), "1000K");
}

TEST(SizeLabelTest, OfAMixtureCountsOneExpert) {
  const std::vector<SourceTensor> tensors = {
      Tensor("token_embd.weight", {100, 100}),
      Tensor("blk.0.ffn_up_exps.weight", {8, 100, 50}),
      Tensor("blk.0.ffn_up_exps.bias", {8, 100}),
  };
  EXPECT_EQ(SizeLabel(tensors), "8x15K");
}

}  // namespace
}  // namespace tessera
