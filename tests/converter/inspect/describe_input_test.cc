#include "converter/inspect/describe_input.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "converter/inspect/describe_text.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A checkpoint of two shards without a configuration.
std::string WriteShards(const std::string& name) {
  const std::string folder = testing::TempDir() + "/" + name;
  std::filesystem::create_directories(folder);
  std::vector<TestSafetensor> tensors;
  for (const char* tensor : {"a", "b", "c", "d"}) {
    tensors.push_back({tensor, "F32", {2, 4}, std::string(32, '\0')});
  }
  const TestSafetensorsShards shards = BuildSafetensorsShards(tensors, 2);
  for (const auto& file : shards.files) {
    Write(folder + "/" + file.name, file.bytes);
  }
  Write(folder + "/model.safetensors.index.json", shards.index);
  return folder;
}

TEST(DescribeInputTest, AnyFileOfASetIsTheWholeModel) {
  const std::string folder = WriteShards("set");
  for (const std::string& path :
       {folder, folder + "/model.safetensors.index.json",
        folder + "/model-00001-of-00002.safetensors",
        folder + "/model-00002-of-00002.safetensors"}) {
    const auto file = DescribeInput(path, nullptr);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ(file->path, path);
    ASSERT_EQ(file->files.size(), 2u) << path;
    EXPECT_EQ(file->files[0].name, "model-00001-of-00002.safetensors");
    EXPECT_EQ(file->files[1].tensors, 2u);
    EXPECT_EQ(file->files[1].weights, 16u);
    EXPECT_EQ(file->files[1].tensor_bytes, 64u);
    EXPECT_EQ(file->file_size, file->files[0].bytes + file->files[1].bytes);
    EXPECT_EQ(file->tensors.size(), 4u);
    EXPECT_TRUE(file->model.has_value());
    const std::string text = RenderText(*file, true);
    EXPECT_TRUE(absl::StrContains(text, "\nfiles\n")) << text;
    EXPECT_FALSE(absl::StrContains(text, "\nsections\n")) << text;
  }
}

TEST(DescribeInputTest, ForAMapFilesFollowEachOther) {
  const std::string folder = WriteShards("map");
  const auto file = DescribeForMap(folder);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->sections.size(), 2u);
  EXPECT_EQ(file->sections[0].offset, 0u);
  EXPECT_EQ(file->sections[1].offset, file->sections[0].size);
  EXPECT_EQ(file->sections[1].used, 64u);
  for (const TensorDescription& tensor : file->tensors) {
    const SectionDescription& section = file->sections[tensor.section];
    EXPECT_GE(tensor.offset, section.offset);
    EXPECT_LE(tensor.offset + tensor.bytes, section.offset + section.size);
  }
}

TEST(DescribeInputTest, OneFileIsItself) {
  const std::string path = "testdata/tiny/gguf/tiny-Q4_0.gguf";
  const auto file = DescribeInput(path, nullptr);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->files.size(), 1u);
  EXPECT_EQ(file->files[0].name, "tiny-Q4_0.gguf");
  EXPECT_EQ(file->files[0].tensors, 30u);
  EXPECT_EQ(file->reserved.size(), 1u);
}

TEST(DescribeInputTest, HashesAreThoseOfOneFile) {
  const std::string folder = WriteShards("verify");
  ThreadPool pool(1);
  for (const std::string& path :
       {folder, folder + "/model.safetensors.index.json"}) {
    const auto file = DescribeInput(path, &pool);
    EXPECT_TRUE(absl::IsInvalidArgument(file.status()));
    EXPECT_TRUE(absl::StrContains(file.status().message(), "one of its files"))
        << file.status();
  }
}

TEST(DescribeInputTest, AnIndexOfMissingFiles) {
  const std::string folder = WriteShards("missing");
  std::filesystem::remove(folder + "/model-00002-of-00002.safetensors");
  const auto file =
      DescribeInput(folder + "/model.safetensors.index.json", nullptr);
  EXPECT_FALSE(file.ok());
  EXPECT_TRUE(absl::StrContains(file.status().message(), "00002-of-00002"))
      << file.status();
}

TEST(DescribeInputTest, JsonThatIsNoIndex) {
  const std::string path = testing::TempDir() + "/other.json";
  Write(path, "{\"a\": 1}");
  const auto file = DescribeInput(path, nullptr);
  EXPECT_FALSE(file.ok());
  EXPECT_TRUE(absl::StrContains(file.status().message(), path))
      << file.status();
}

}  // namespace
}  // namespace tessera
