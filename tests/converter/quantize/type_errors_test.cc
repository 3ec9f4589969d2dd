#include "converter/quantize/type_errors.h"

#include <limits>
#include <string>

#include "converter/source/open_source.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

WeightSource Tiny() {
  auto source = OpenWeightSource("testdata/tiny/model.safetensors");
  EXPECT_TRUE(source.ok()) << source.status();
  return *std::move(source);
}

const SourceTensor& Find(const WeightSource& source, absl::string_view name) {
  for (const SourceTensor& tensor : source.tensors) {
    if (tensor.name == name) return tensor;
  }
  ADD_FAILURE() << name;
  return source.tensors[0];
}

std::vector<TypeTrial> Trials(const WeightSource& source) {
  const std::vector<DType> types = {DType::kBF16, DType::kQ4_0, DType::kQ4_K,
                                    DType::kQ5_K, DType::kQ6_K, DType::kQ8_0};
  return {{&Find(source, "blk.0.attn_v.weight"), types},
          {&Find(source, "token_embd.weight"), types},
          {&Find(source, "blk.2.ffn_down.weight"), types}};
}

TEST(TypeErrorsTest, FallByAQuarterPerBit) {
  const WeightSource source = Tiny();
  ThreadPool pool(2);
  const auto errors =
      MeasureTypeErrors(source, Trials(source), nullptr, false, pool);
  ASSERT_EQ(errors.size(), 3u);
  for (const std::vector<double>& of_types : errors) {
    ASSERT_EQ(of_types.size(), 6u);
    EXPECT_EQ(of_types[0], 0);  // it has that type
    EXPECT_GT(of_types[1], 1.2 * of_types[2]);
    EXPECT_NEAR(of_types[2], 0.0053, 0.0006);
    EXPECT_NEAR(of_types[3], of_types[2] / 4, of_types[2] / 30);
    EXPECT_NEAR(of_types[4], of_types[3] / 4, of_types[3] / 30);
    EXPECT_NEAR(of_types[5], 3e-5, 6e-6);
  }
}

TEST(TypeErrorsTest, HighEffortGivesLess) {
  const WeightSource source = Tiny();
  ThreadPool pool(2);
  const auto normal =
      MeasureTypeErrors(source, Trials(source), nullptr, false, pool);
  const auto high =
      MeasureTypeErrors(source, Trials(source), nullptr, true, pool);
  EXPECT_LT(high[0][1], 0.97 * normal[0][1]);
  EXPECT_LT(high[0][2], normal[0][2]);
}

TEST(TypeErrorsTest, WeightsThatAreNoNumbersAreLost) {
  WeightSource source;
  for (float value : {std::numeric_limits<float>::infinity(), 0.0f}) {
    SourceTensor& tensor = source.tensors.emplace_back();
    tensor.name = "blk.0.attn_v.weight";
    tensor.shape = {2, 32};
    tensor.computed.assign(64, value);
  }
  ThreadPool pool(1);
  const std::vector<TypeTrial> trials = {
      {&source.tensors[0], {DType::kF32, DType::kQ8_0}},
      {&source.tensors[1], {DType::kF32, DType::kQ8_0}}};
  const auto errors = MeasureTypeErrors(source, trials, nullptr, false, pool);
  EXPECT_EQ(errors[0][1], 1);
  EXPECT_EQ(errors[1], (std::vector<double>{0, 0}));
}

TEST(TypeErrorsTest, DoNotDependOnThreads) {
  const WeightSource source = Tiny();
  ThreadPool one(1), three(3);
  EXPECT_EQ(MeasureTypeErrors(source, Trials(source), nullptr, false, one),
            MeasureTypeErrors(source, Trials(source), nullptr, false, three));
}

TEST(TypeErrorsTest, ImportanceWeighsColumns) {
  const WeightSource source = Tiny();
  const auto importance =
      ImportanceMatrix::ReadFile("testdata/quantize/tiny.imatrix.gguf");
  ASSERT_TRUE(importance.ok()) << importance.status();
  ThreadPool pool(2);
  const auto plain =
      MeasureTypeErrors(source, Trials(source), nullptr, false, pool);
  const auto weighted =
      MeasureTypeErrors(source, Trials(source), importance->get(), false, pool);
  // Columns that matter get less error than others.
  EXPECT_LT(weighted[2][2], 0.8 * plain[2][2]);
  // There is nothing about embeddings.
  EXPECT_EQ(weighted[1], plain[1]);
}

}  // namespace
}  // namespace tessera
