#include "bench/advise/advised_matrices.h"

#include <string>

#include "absl/status/status.h"
#include "bench/find_shape.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(AdvisedMatricesTest, EachTypeAndSizeOfShapesOnce) {
  const auto matrices = MatricesOfShapes(
      {*FindShape("test-tiny"),
       *ParseModelShape("s", "attn_q 256 256 1\noutput 96 256 1\n")},
      {DType::kF16, DType::kTQ1_0, DType::kQ4_0});
  // 256 x 256, 128 x 256, 512 x 256, 256 x 512 and 96 x 256.
  ASSERT_EQ(matrices.size(), 2u * 5);
  EXPECT_EQ(matrices[0].matrix.type, DType::kF16);
  EXPECT_EQ(matrices[4].matrix.rows, 96);
  EXPECT_EQ(matrices[4].duty, MatrixDuty::kGemv);
  EXPECT_EQ(matrices[5].matrix.type, DType::kQ4_0);
  // The output matrix is of the size of gate and up.
  EXPECT_EQ(matrices[2].matrix.rows, 512);
  EXPECT_EQ(matrices[2].duty, MatrixDuty::kGemm);
}

TEST(AdvisedMatricesTest, ModelsHaveTheirTypes) {
  const std::string path = "testdata/tiny/gguf/tiny-Q4_K_M.gguf";
  const auto matrices = MatricesOfModel(path, {});
  ASSERT_TRUE(matrices.ok()) << matrices.status();
  bool has_q4_k = false;
  bool has_q6_k = false;
  for (const AdvisedMatrix& advised : *matrices) {
    has_q4_k |= advised.matrix.type == DType::kQ4_K;
    has_q6_k |= advised.matrix.type == DType::kQ6_K;
    EXPECT_NE(advised.matrix.rows, 1);
  }
  EXPECT_TRUE(has_q4_k);
  EXPECT_TRUE(has_q6_k);
  const auto as_f16 = MatricesOfModel(path, {DType::kF16});
  ASSERT_TRUE(as_f16.ok());
  EXPECT_LT(as_f16->size(), matrices->size());
  EXPECT_TRUE(absl::IsNotFound(MatricesOfModel("/no/such", {}).status()));
}

}  // namespace
}  // namespace tessera
