#include "formats/safetensors/shard_name.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ShardNameTest, NamesOfSets) {
  const auto shard = ParseShardName("model-00002-of-00003.safetensors");
  ASSERT_TRUE(shard.has_value());
  EXPECT_EQ(shard->stem, "model");
  EXPECT_EQ(shard->number, 2u);
  EXPECT_EQ(shard->count, 3u);
  EXPECT_EQ(shard->Of(3), "model-00003-of-00003.safetensors");
  EXPECT_TRUE(shard->IsOfSet(*ParseShardName(shard->Of(1))));

  // Numbers of different widths, as DeepSeek has them, and variants.
  const auto wide = ParseShardName("a-of-b-00007-of-000163.fp16.safetensors");
  ASSERT_TRUE(wide.has_value());
  EXPECT_EQ(wide->stem, "a-of-b");
  EXPECT_EQ(wide->Of(12), "a-of-b-00012-of-000163.fp16.safetensors");
  EXPECT_EQ(wide->Of(1234567), "a-of-b-1234567-of-000163.fp16.safetensors");
  EXPECT_FALSE(wide->IsOfSet(*shard));
  EXPECT_EQ(ParseShardName("m-1-of-2.safetensors")->Of(2),
            "m-2-of-2.safetensors");
  EXPECT_EQ(ParseShardName("m-00000-of-00002.safetensors")->number, 0u);
}

TEST(ShardNameTest, OtherNames) {
  for (const char* name :
       {"model.safetensors", "model-00001-of-00000.safetensors",
        "model-00004-of-00003.safetensors", "model-of-00003.safetensors",
        "model-00001-of-.safetensors", "model-00001-of-00003.bin",
        "model-00001-of-00003safetensors", "model_00001-of-00003.safetensors",
        "model-00001-of-999999999.safetensors", "-of-",
        "model-00001-of-99999999999999999999.safetensors", ""}) {
    EXPECT_FALSE(ParseShardName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace tessera
