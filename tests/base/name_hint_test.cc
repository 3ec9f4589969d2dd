#include "base/name_hint.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace tessera {
namespace {

TEST(NameHintTest, UnfinishedDownloads) {
  for (const char* name : {"m.gguf.part", "m.safetensors.crdownload",
                           "a1b2.incomplete", "m.gguf.aria2", "m.GGUF.PART"}) {
    EXPECT_EQ(NameHint(name), "its name says that the download is not finished")
        << name;
  }
  const std::string path = testing::TempDir() + "/m.gguf";
  EXPECT_EQ(NameHint(path), "");
  std::ofstream(path + ".aria2") << "x";
  EXPECT_EQ(NameHint(path),
            "the download is not finished: " + path + ".aria2 lies beside it");
}

TEST(NameHintTest, Pieces) {
  const auto join = [](const std::string& pieces, const std::string& whole) {
    return "its name says that it is a piece of a file; join all pieces "
           "first: cat " +
           pieces + " > " + whole;
  };
  for (const char* name : {"m.gguf.aa", "m.gguf.ab", "m.gguf.part1of2",
                           "m.gguf.part-a", "m.gguf.part_01", "m.gguf.001"}) {
    EXPECT_EQ(NameHint(name), join("m.gguf.*", "m.gguf")) << name;
  }
  EXPECT_EQ(NameHint("m.gguf-split-a"), join("m.gguf-*", "m.gguf"));
  EXPECT_EQ(NameHint("my m.safetensors.00"),
            join("'my m.safetensors'.*", "'my m.safetensors'"));
  for (const char* name : {"m.gguf", "m.gguf.txt", "m-00001-of-00002.gguf",
                           "m.gguf.bak", "m.safetensors.index.json", "aa"}) {
    EXPECT_EQ(NameHint(name), "") << name;
  }
}

TEST(NameHintTest, OnlyForDamage) {
  EXPECT_EQ(
      WithNameHint("x.part", absl::DataLossError("x.part: cut")).message(),
      "x.part: cut; its name says that the download is not finished");
  EXPECT_EQ(WithNameHint("x.part", absl::UnimplementedError("no")).message(),
            "no");
  EXPECT_TRUE(WithNameHint("x.part", absl::OkStatus()).ok());
}

}  // namespace
}  // namespace tessera
