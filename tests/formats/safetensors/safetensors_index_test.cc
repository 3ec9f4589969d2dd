#include "formats/safetensors/safetensors_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "formats/safetensors/safetensors_reader.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/byte_mutator.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SafetensorsIndexTest, ReadsTheIndexOfShards) {
  const TestSafetensorsShards shards = BuildSafetensorsShards(
      {{"c", "U8", {1}, "1"}, {"a", "U8", {2}, "22"}, {"b", "U8", {3}, "333"}},
      2);
  const auto index = ParseSafetensorsIndex(shards.index);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_THAT(index->shards, ElementsAre("model-00001-of-00002.safetensors",
                                         "model-00002-of-00002.safetensors"));
  ASSERT_EQ(index->entries.size(), 3u);
  EXPECT_EQ(index->entries[0].tensor, "c");
  EXPECT_EQ(index->entries[0].shard, index->shards[0]);
  EXPECT_EQ(index->entries[1].tensor, "a");
  EXPECT_EQ(index->entries[1].shard, index->shards[1]);
  EXPECT_EQ(index->total_size, 6u);
  ASSERT_EQ(shards.files.size(), 2u);
  for (const TestSafetensorsShards::File& file : shards.files) {
    EXPECT_TRUE(ParseSafetensors(AsBytes(file.bytes)).ok());
  }
}

TEST(SafetensorsIndexTest, TotalSizeIsOptional) {
  for (const char* metadata :
       {"", "\"metadata\":{},", "\"metadata\":{\"total_size\":1.5},",
        "\"metadata\":{\"total_size\":\"12\",\"x\":[]},"}) {
    const auto index = ParseSafetensorsIndex(
        absl::StrCat("{", metadata, "\"weight_map\":{\"t\":\"f\"}}"));
    ASSERT_TRUE(index.ok()) << index.status();
    EXPECT_FALSE(index->total_size.has_value());
    EXPECT_THAT(index->shards, ElementsAre("f"));
  }
}

TEST(SafetensorsIndexTest, RefusesFilesOutsideTheFolder) {
  for (const char* shard :
       {"", ".", "..", "../model.safetensors", "/etc/passwd", "a/b", "a/",
        "..\\\\model", "C:\\\\model", "a\\u0000b", "\\u002e\\u002e",
        "\\u002fetc"}) {
    const absl::Status status =
        ParseSafetensorsIndex(
            absl::StrCat("{\"weight_map\":{\"t\":\"", shard, "\"}}"))
            .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << shard;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("expected the name of a file without folders"));
  }
  for (const char* shard : {"..a", "a..b", "model 1.safetensors", "\xc3\xa4"}) {
    EXPECT_TRUE(ParseSafetensorsIndex(
                    absl::StrCat("{\"weight_map\":{\"t\":\"", shard, "\"}}"))
                    .ok())
        << shard;
  }
}

TEST(SafetensorsIndexTest, RefusesOtherJson) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"", "index is not JSON: "},
      {"{\"weight_map\":{\"t\":\"f\"}", "index is not JSON: "},
      {"[]", "index is an array, expected an object"},
      {"{}", "index has no member 'weight_map'"},
      {"{\"weight_map\":[]}", "weight_map is an array, expected an object"},
      {"{\"weight_map\":{}}", "weight_map has no tensor"},
      {"{\"weight_map\":{\"t\":1}}",
       "weight_map member 't' is an integer, expected a string"},
      {"{\"weight_map\":{\"t\":\"a\",\"t\":\"b\"}}",
       "weight_map has the key 't' twice"},
      {"{\"weight_map\":{\"t\":\"a\"},\"weight_map\":{\"t\":\"a\"}}",
       "index has the key 'weight_map' twice"},
      {"{\"metadata\":1,\"weight_map\":{\"t\":\"a\"}}",
       "metadata is an integer, expected an object"},
  };
  for (const Case& c : cases) {
    const absl::Status status = ParseSafetensorsIndex(c.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << c.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

TEST(SafetensorsIndexTest, SurvivesDamage) {
  ByteMutator mutator(
      BuildSafetensorsShards({{"a", "U8", {1}, "1"}, {"b", "U8", {1}, "2"}}, 2)
          .index);
  for (int i = 0; i < 5000; ++i) {
    const auto index = ParseSafetensorsIndex(mutator.Next());
    ASSERT_TRUE(index.ok() ||
                index.status().code() == absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace tessera
