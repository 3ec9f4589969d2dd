// Every codec against bytes and values that ggml's reference quantizers and
// dequantizers made (testdata/tiny/golden), bit for bit, on every instruction
// set.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "base/digest.h"
#include "base/isa.h"
#include "formats/dtype/dtype.h"
#include "formats/quant/codec.h"
#include "gtest/gtest.h"
#include "simdjson.h"

namespace tessera {
namespace {

constexpr char kJsonPath[] = "testdata/tiny/golden/codec_vectors.json";
constexpr char kBinPath[] = "testdata/tiny/golden/codec_vectors.bin";

std::string ToHex(const std::string& bytes) {
  std::string hex;
  for (unsigned char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", byte);
    hex += digits;
  }
  return hex;
}

struct TypeVectors {
  std::string name;
  absl::Span<const uint8_t> blocks;
  std::vector<float> values;  // what `blocks` dequantize to
};

class CodecGoldenTest : public ::testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    ASSERT_EQ(parser_.load(kJsonPath).get(json_), simdjson::SUCCESS);
    ASSERT_EQ(simdjson::padded_string::load(kBinPath).get(bin_),
              simdjson::SUCCESS);
    rows_ = json_["rows"].get_int64().value();
    columns_ = json_["cols"].get_int64().value();
    input_ = Floats(json_["input"].get_object().value());
    importance_ = Floats(json_["imatrix"].get_object().value());
    ASSERT_EQ(input_.size(), rows_ * columns_);
    ASSERT_EQ(importance_.size(), columns_);
  }

  // The bytes that `piece` describes, whose hash must be the recorded one.
  absl::Span<const uint8_t> Bytes(simdjson::dom::object piece) {
    const uint64_t offset = piece["offset"].get_uint64().value();
    const uint64_t size = piece["nbytes"].get_uint64().value();
    if (offset > bin_.size() || size > bin_.size() - offset) {
      ADD_FAILURE() << "piece at " << offset << " ends beyond the file";
      return {};
    }
    const auto* data = reinterpret_cast<const uint8_t*>(bin_.data()) + offset;
    const auto bytes = absl::MakeConstSpan(data, size);
    EXPECT_EQ(ToHex(Sha256(bytes)),
              std::string(piece["sha256"].get_c_str().value()));
    return bytes;
  }

  std::vector<float> Floats(simdjson::dom::object piece) {
    const absl::Span<const uint8_t> bytes = Bytes(piece);
    std::vector<float> floats(bytes.size() / sizeof(float));
    std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
    return floats;
  }

  // `group` is "types" or "types_imatrix".
  std::vector<TypeVectors> Vectors(const char* group) {
    std::vector<TypeVectors> vectors;
    const simdjson::dom::object types = json_[group].get_object().value();
    for (const auto& entry : types) {
      vectors.push_back(
          {std::string(entry.key),
           Bytes(entry.value["data"].get_object().value()),
           Floats(entry.value["dequantized"].get_object().value())});
    }
    return vectors;
  }

  uint64_t RowBytesOf(DType type) { return *RowBytes(type, columns_); }

  // Blocks in all rows; a row of a float type counts as one.
  uint64_t BlockCount(DType type) {
    const uint32_t block_elements = FindDType(type)->block_elements;
    return block_elements == 1 ? rows_ : rows_ * columns_ / block_elements;
  }

  void ExpectQuantizesTo(const Codec& codec, const TypeVectors& vectors,
                         const float* importance) {
    const uint64_t row_bytes = RowBytesOf(codec.type);
    std::vector<uint8_t> row(row_bytes);
    for (int64_t r = 0; r < rows_; ++r) {
      codec.quantize_row(&input_[r * columns_], columns_, importance,
                         row.data());
      const uint8_t* expected = &vectors.blocks[r * row_bytes];
      for (uint64_t i = 0; i < row_bytes; ++i) {
        ASSERT_EQ(int{row[i]}, int{expected[i]})
            << vectors.name << " row " << r << " byte " << i;
      }
    }
  }

  void ExpectDequantizesTo(const Codec& codec, const TypeVectors& vectors) {
    const uint64_t row_bytes = RowBytesOf(codec.type);
    ASSERT_EQ(vectors.blocks.size(), rows_ * row_bytes) << vectors.name;
    ASSERT_EQ(vectors.values.size(), input_.size()) << vectors.name;
    std::vector<float> row(columns_);
    for (int64_t r = 0; r < rows_; ++r) {
      codec.dequantize_row(&vectors.blocks[r * row_bytes], columns_,
                           row.data());
      const float* expected = &vectors.values[r * columns_];
      for (int64_t i = 0; i < columns_; ++i) {
        ASSERT_EQ(std::memcmp(&row[i], &expected[i], sizeof(float)), 0)
            << vectors.name << " row " << r << " weight " << i << ": " << row[i]
            << " instead of " << expected[i];
      }
    }
  }

  simdjson::dom::parser parser_;
  simdjson::dom::element json_;
  simdjson::padded_string bin_;
  int64_t rows_ = 0;
  int64_t columns_ = 0;
  std::vector<float> input_;
  std::vector<float> importance_;
};

struct Tally {
  int types = 0;
  uint64_t blocks = 0;
};

TEST_P(CodecGoldenTest, EveryTypeIsBitExact) {
  Tally dequantized, quantized, weighted;
  const auto count = [this](Tally& tally, DType type) {
    ++tally.types;
    tally.blocks += BlockCount(type);
  };
  for (const TypeVectors& vectors : Vectors("types")) {
    const Codec* codec = FindCodec(*DTypeFromName(vectors.name), GetParam());
    ASSERT_NE(codec, nullptr) << vectors.name;
    ASSERT_NO_FATAL_FAILURE(ExpectDequantizesTo(*codec, vectors));
    count(dequantized, codec->type);
    if (codec->quantize_row == nullptr) continue;
    ASSERT_NO_FATAL_FAILURE(ExpectQuantizesTo(*codec, vectors, nullptr));
    count(quantized, codec->type);
  }
  Tally weighted_dequantized;
  for (const TypeVectors& vectors : Vectors("types_imatrix")) {
    const Codec* codec = FindCodec(*DTypeFromName(vectors.name), GetParam());
    ASSERT_NE(codec, nullptr) << vectors.name;
    ASSERT_NO_FATAL_FAILURE(ExpectDequantizesTo(*codec, vectors));
    count(weighted_dequantized, codec->type);
    if (codec->quantize_row == nullptr) continue;
    ASSERT_TRUE(codec->uses_importance) << vectors.name;
    ASSERT_NO_FATAL_FAILURE(
        ExpectQuantizesTo(*codec, vectors, importance_.data()));
    count(weighted, codec->type);
  }
  EXPECT_EQ(dequantized.types, 17);
  EXPECT_EQ(quantized.types, 11);  // F32 and INT8 have no vectors
  EXPECT_EQ(weighted_dequantized.types, 11);
  EXPECT_EQ(weighted.types, 8);
  std::printf(
      "codec vectors: %d types dequantized (%llu blocks), %d quantized (%llu "
      "blocks), %d with importance (%llu blocks)\n",
      dequantized.types,
      static_cast<unsigned long long>(dequantized.blocks +
                                      weighted_dequantized.blocks),
      quantized.types, static_cast<unsigned long long>(quantized.blocks),
      weighted.types, static_cast<unsigned long long>(weighted.blocks));
}

// Types that ignore the importance must say so and give the same bytes.
TEST_P(CodecGoldenTest, ImportanceIsIgnoredWhereDeclared) {
  for (const TypeVectors& vectors : Vectors("types")) {
    const Codec* codec = FindCodec(*DTypeFromName(vectors.name), GetParam());
    ASSERT_NE(codec, nullptr) << vectors.name;
    if (codec->quantize_row == nullptr || codec->uses_importance) continue;
    ASSERT_NO_FATAL_FAILURE(
        ExpectQuantizesTo(*codec, vectors, importance_.data()));
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, CodecGoldenTest,
                         ::testing::ValuesIn(SupportedIsas()),
                         [](const ::testing::TestParamInfo<Isa>& info) {
                           return std::string(IsaName(info.param));
                         });

}  // namespace
}  // namespace tessera
