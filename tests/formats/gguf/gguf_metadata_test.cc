#include "formats/gguf/gguf_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "formats/gguf/gguf_constants.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;

TEST(GgufMetadataTest, KeepsOrderAndRefusesASecondKey) {
  GgufMetadata metadata;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(metadata.Append(absl::StrCat("key", i), GgufValue::Scalar(i)));
  }
  EXPECT_FALSE(metadata.Append("key7", GgufValue::Scalar(0)));
  ASSERT_EQ(metadata.entries().size(), 100u);
  for (int i = 0; i < 100; ++i) {
    const std::string key = absl::StrCat("key", i);
    EXPECT_EQ(metadata.entries()[i].key, key);
    EXPECT_EQ(metadata.GetInt(key).value(), i);
  }
  EXPECT_EQ(metadata.Find("key"), nullptr);
  EXPECT_EQ(metadata.Find("key100"), nullptr);
}

TEST(GgufMetadataTest, RemovesAndMovesToTheEnd) {
  GgufMetadata metadata;
  for (const char* key : {"a", "b", "c", "d"}) {
    metadata.Append(key, GgufValue::String(key));
  }
  metadata.Remove("b");
  metadata.Remove("none");
  metadata.SetLast("a", GgufValue::String("new"));
  metadata.SetLast("e", GgufValue::String("e"));
  std::string keys;
  for (const GgufMetadataEntry& entry : metadata.entries()) keys += entry.key;
  EXPECT_EQ(keys, "cdae");
  EXPECT_EQ(metadata.Find("b"), nullptr);
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    EXPECT_EQ(metadata.Find(entry.key), &entry.value);
  }
  EXPECT_EQ(metadata.GetString("a").value(), "new");
}

TEST(GgufMetadataTest, GettersNameTheKey) {
  const float floats[] = {0.5f};
  const int32_t numbers[] = {4};
  GgufMetadata metadata;
  metadata.Append("s", GgufValue::String("llama"));
  metadata.Append("u", GgufValue::Scalar(uint32_t{32}));
  metadata.Append("f", GgufValue::Scalar(1e-5f));
  metadata.Append("b", GgufValue::Scalar(true));
  metadata.Append("ss", GgufValue::StringArray({"a", "b"}));
  metadata.Append("ff", GgufValue::Array<float>(floats));
  metadata.Append("ii", GgufValue::Array<int32_t>(numbers));
  EXPECT_EQ(metadata.GetString("s").value(), "llama");
  EXPECT_EQ(metadata.GetUint("u").value(), 32u);
  EXPECT_EQ(metadata.GetFloat("f").value(), 1e-5f);
  EXPECT_TRUE(metadata.GetBool("b").value());
  EXPECT_THAT(metadata.GetStringArray("ss").value(), ElementsAre("a", "b"));
  EXPECT_THAT(metadata.GetFloatArray("ff").value(), ElementsAre(0.5f));
  EXPECT_THAT(metadata.GetIntArray("ii").value(), ElementsAre(4));
  EXPECT_THAT(metadata.GetUintArray("ii").value(), ElementsAre(4u));

  const absl::Status missing = metadata.GetUint("llama.block_count").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), "metadata key 'llama.block_count' is missing");
  const absl::Status mistyped = metadata.GetUint("s").status();
  EXPECT_EQ(mistyped.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(mistyped.message(),
            "metadata key 's': STRING, expected an integer");
}

absl::StatusOr<uint32_t> AlignmentOf(GgufValue value) {
  GgufMetadata metadata;
  metadata.Append(kGgufAlignmentKey, std::move(value));
  return metadata.Alignment();
}

TEST(GgufMetadataTest, Alignment) {
  EXPECT_EQ(GgufMetadata().Alignment().value(), 32u);
  for (uint32_t alignment = 1; alignment <= kGgufMaxAlignment; alignment *= 2) {
    EXPECT_EQ(AlignmentOf(GgufValue::Scalar(alignment)).value(), alignment);
  }
  for (uint32_t alignment : {0u, 3u, 13u, 33u, ~0u}) {
    EXPECT_EQ(AlignmentOf(GgufValue::Scalar(alignment)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  for (uint32_t alignment : {kGgufMaxAlignment * 2, 1u << 31}) {
    EXPECT_EQ(AlignmentOf(GgufValue::Scalar(alignment)).status().code(),
              absl::StatusCode::kUnimplemented);
  }
  EXPECT_EQ(AlignmentOf(GgufValue::Scalar(uint64_t{32})).status().message(),
            "metadata key 'general.alignment': UINT64, expected UINT32");
  EXPECT_EQ(AlignmentOf(GgufValue::String("32")).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace tessera
