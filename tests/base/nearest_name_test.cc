#include "base/nearest_name.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tessera {
namespace {

std::string FolderWith(std::initializer_list<const char*> names) {
  const std::string folder = testing::TempDir() + "/nearest";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const char* name : names) std::ofstream(folder + "/" + name) << "x";
  return folder;
}

TEST(NearestNameTest, FindsWhatWasMeant) {
  const std::string folder =
      FolderWith({"model-Q4_0.gguf", "tokenizer.json", "b.arena"});
  for (const char* typed :
       {"model-q4_0.gguf", "model-Q40.gguf", "modle-Q4_0.gguf",
        "model-Q4_0.guf", "model-Q4_1.gguf"}) {
    EXPECT_EQ(NearestName(folder + "/" + typed), folder + "/model-Q4_0.gguf")
        << typed;
  }
  EXPECT_EQ(NearestName(folder + "/c.arena"), folder + "/b.arena");
}

TEST(NearestNameTest, DoesNotGuessWildly) {
  const std::string folder = FolderWith({"model-Q4_0.gguf", "a"});
  for (const char* typed : {"other.gguf", "x.safetensors", "zz", ""}) {
    EXPECT_EQ(NearestName(folder + "/" + typed), "") << typed;
  }
  EXPECT_EQ(NearestName(folder + "/none/model-Q4_0.gguf"), "");
}

TEST(NearestNameTest, OnlyForWhatIsNotThere) {
  const std::string folder = FolderWith({"model.gguf"});
  const std::string typed = folder + "/modl.gguf";
  EXPECT_EQ(
      WithNearestName(typed, absl::NotFoundError("x: no such file")).message(),
      "x: no such file; did you mean " + folder + "/model.gguf?");
  EXPECT_EQ(WithNearestName(typed, absl::DataLossError("cut")).message(),
            "cut");
}

}  // namespace
}  // namespace tessera
