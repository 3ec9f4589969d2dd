#include "converter/source/input_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "converter/source/open_source.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Roles(const std::string& path) {
  std::vector<std::string> roles;
  const auto files = ListInputFiles(path);
  EXPECT_TRUE(files.ok()) << files.status();
  if (!files.ok()) return {};
  for (const InputFile& file : *files) roles.push_back(file.role);
  return roles;
}

// Every file that is opened is in the list, in the order of the weights.
void ExpectHasAllThatIsOpened(const std::string& path) {
  const auto source = OpenWeightSource(path);
  ASSERT_TRUE(source.ok()) << source.status();
  const auto files = ListInputFiles(path).value();
  ASSERT_GE(files.size(), source->files.size());
  for (size_t i = 0; i < source->files.size(); ++i) {
    EXPECT_EQ(files[i].path, source->files[i].path());
    EXPECT_EQ(files[i].role, "");
  }
  for (const PackedAttachment& kept : source->attachments) {
    EXPECT_TRUE(std::any_of(
        files.begin(), files.end(),
        [&](const InputFile& file) { return file.role == kept.name; }))
        << kept.name;
  }
}

TEST(InputFilesTest, ListsWhatTheConverterOpens) {
  ExpectHasAllThatIsOpened("testdata/tiny");
  ExpectHasAllThatIsOpened("testdata/tiny/");
  ExpectHasAllThatIsOpened("testdata/tiny/model.safetensors");
  ExpectHasAllThatIsOpened("testdata/tiny/gguf/tiny-Q4_0.gguf");
}

TEST(InputFilesTest, NamesWhatLiesBesideTheWeights) {
  EXPECT_EQ(
      Roles("testdata/tiny"),
      (std::vector<std::string>{"", "config.json", "generation_config.json",
                                "tokenizer.json", "tokenizer_config.json"}));
  EXPECT_EQ(Roles("testdata/tiny/gguf/tiny-Q4_0.gguf"),
            std::vector<std::string>{""});
}

TEST(InputFilesTest, KnowsAllFilesOfASplitSetByAnyOfThem) {
  const std::string folder = testing::TempDir() + "/split";
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const char* name : {"m-00001-of-00002.gguf", "m-00002-of-00002.gguf"}) {
    std::ofstream(folder + "/" + name) << "GGUF";
  }
  for (const char* name : {"m-00001-of-00002.gguf", "m-00002-of-00002.gguf"}) {
    const auto files = ListInputFiles(folder + "/" + name).value();
    ASSERT_EQ(files.size(), 2u);
    EXPECT_EQ(files[0].path, folder + "/m-00001-of-00002.gguf");
    EXPECT_EQ(files[1].path, folder + "/m-00002-of-00002.gguf");
  }
}

TEST(InputFilesTest, WhatIsNoModelIsItself) {
  const std::string path = testing::TempDir() + "/diary";
  EXPECT_EQ(Roles(path), std::vector<std::string>{""});
  std::ofstream(path) << "a diary";
  EXPECT_EQ(ListInputFiles(path).value()[0].path, path);
}

}  // namespace
}  // namespace tessera
