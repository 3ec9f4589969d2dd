#include "formats/gguf/gguf_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "formats/gguf/gguf_constants.h"

namespace tessera {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<uint64_t> Bytes(uint32_t type, std::vector<uint64_t> shape) {
  return GgufTensorBytes({"w", static_cast<DType>(type), std::move(shape)});
}

TEST(GgufTensorTest, BytesOfEveryTypeOfTheFormat) {
  int types = 0;
  for (const DTypeTraits& traits : AllDTypes()) {
    const uint32_t number = static_cast<uint32_t>(traits.type);
    if (number >= 1000 || traits.block_elements == 0) continue;
    ++types;
    EXPECT_EQ(Bytes(number, {3, 2 * traits.block_elements}).value(),
              6 * traits.block_bytes)
        << traits.name;
    EXPECT_EQ(Bytes(number, {3, 0}).value(), 0u);
    EXPECT_EQ(Bytes(number, {0, traits.block_elements}).value(), 0u);
    if (traits.block_elements > 1) {
      EXPECT_THAT(
          std::string(
              Bytes(number, {traits.block_elements + 1}).status().message()),
          HasSubstr("expected a multiple of"));
      EXPECT_FALSE(Bytes(number, {}).ok());
    } else {
      EXPECT_EQ(Bytes(number, {}).value(), traits.block_bytes);
    }
  }
  EXPECT_EQ(types, 35);  // 43 numbers less 8 removed
}

TEST(GgufTensorTest, NamesTypesThatHaveNoSize) {
  for (uint32_t type : {4, 5, 31, 32, 33, 36, 37, 38}) {
    const absl::Status status = Bytes(type, {256}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
    EXPECT_THAT(
        std::string(status.message()),
        HasSubstr("which is removed from ggml; convert the model again"));
  }
  EXPECT_EQ(
      Bytes(36, {256}).status().message(),
      "tensor 'w' has type IQ4_NL_4_4, which is removed from ggml; convert the "
      "model again from its original");
  for (uint32_t type : {43u, 77u, 999u, 1015u, ~0u}) {
    const absl::Status status = Bytes(type, {256}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << type;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("which is unknown to this version"));
  }
  // Arenas have them.
  for (uint32_t type = 1000; type <= 1014; ++type) {
    const absl::Status status = Bytes(type, {256}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << type;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("which is not a type of GGUF"));
  }
}

TEST(GgufTensorTest, RefusesShapesThatOverflow) {
  const uint64_t k32 = uint64_t{1} << 32, k62 = uint64_t{1} << 62;
  const std::vector<uint64_t> shapes[] = {
      {k32, k32},            // the product wraps to 0
      {1, 1, k32, k32},      //
      {k32, k32, k32, k32},  //
      {2, k62},              // elements fit, bytes do not
      {4, k62},
      {k62, k62, 0},  // zero, but no reader should multiply the others
      {~uint64_t{0}},
      {~uint64_t{0}, ~uint64_t{0}},
      {0, uint64_t{1} << 63},  // negative for ggml
      {uint64_t{4} * 0x7fffffff, uint64_t{4} * 0x7fffffff},
  };
  for (const std::vector<uint64_t>& shape : shapes) {
    const absl::Status status = Bytes(0, shape).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr("tensor 'w' has"));
  }
  EXPECT_EQ(Bytes(0, {1, 1, 1, 1}).value(), 4u);
  EXPECT_EQ(Bytes(0, {1, 1, 1, 1, 1}).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(GgufTensorTest, Names) {
  EXPECT_TRUE(CheckGgufName("name", std::string(64, 'x'), 64).ok());
  EXPECT_TRUE(CheckGgufName("name", "blk.0.\xc3\xa4", 64).ok());
  EXPECT_EQ(CheckGgufName("name", "", 64).message(), "name is empty");
  EXPECT_THAT(
      std::string(CheckGgufName("name", std::string(65, 'x'), 64).message()),
      HasSubstr("has 65 bytes, expected at most 64"));
  // llama.cpp would cut it at the NUL, and have two tensors of one name.
  EXPECT_EQ(CheckGgufName("name", std::string("a\0b", 3), 64).message(),
            "name 'a\\x00\\x62' is not UTF-8 without NUL");
  EXPECT_EQ(CheckGgufName("name", "\xff\n", 64).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace tessera
