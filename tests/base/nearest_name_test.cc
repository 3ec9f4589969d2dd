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
  EXPECT_EQ(NearestName(folder + "/model-Q4_0"), folder + "/model-Q4_0.gguf");
}

TEST(NearestNameTest, DoesNotGuessWildly) {
  const std::string folder = FolderWith({"model-Q4_0.gguf", "a"});
  for (const char* typed :
       {"other.gguf", "x.safetensors", "zz", "", "*-Q4_0.gguf"}) {
    EXPECT_EQ(NearestName(folder + "/" + typed), "") << typed;
  }
  EXPECT_EQ(NearestName(folder + "/none/model-Q4_0.gguf"), "");
}

TEST(NearestNameTest, WhatIsNoNameOfAFile) {
  const auto advice = [](const char* path) {
    const absl::Status status =
        WithNearestName(path, absl::NotFoundError("none"));
    return std::string(status.message());
  };
  EXPECT_EQ(advice("https://huggingface.co/a/b/m.gguf"),
            "none; it is an address; download the file first");
  EXPECT_EQ(advice("meta-llama/Llama-3.2-1B"),
            "none; for a model of huggingface.co: hf download "
            "meta-llama/Llama-3.2-1B --local-dir Llama-3.2-1B");
  EXPECT_EQ(advice("-"),
            "none; a model is mapped, so it cannot come from a pipe");
  EXPECT_EQ(advice("~/m.gguf"),
            "none; only an unquoted ~ stands for the home folder");
  for (const char* path : {"none/m.gguf", "./m", "a/b/c", "/m", "m/"}) {
    EXPECT_EQ(advice(path), "none") << path;
  }
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
