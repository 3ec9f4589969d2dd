#include "formats/gguf/gguf_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(GgufSplitTest, TakesNamesApart) {
  const auto name = ParseGgufSplitName("llama-3-70b-00002-of-00005.gguf");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->prefix, "llama-3-70b");
  EXPECT_EQ(name->number, 2u);
  EXPECT_EQ(name->count, 5u);
  EXPECT_EQ(ParseGgufSplitName("/a/b-c/m-00001-of-00001.gguf")->prefix,
            "/a/b-c/m");
  EXPECT_EQ(ParseGgufSplitName("m-99999-of-99999.gguf")->count, 99999u);
  for (const char* other :
       {"", ".gguf", "model.gguf", "-00001-of-00002.gguf",
        "m-00000-of-00002.gguf", "m-00003-of-00002.gguf", "m-0001-of-0002.gguf",
        "m-000001-of-000002.gguf", "m-00001-of-00002.GGUF",
        "m-00001-of-00002.gguf.part", "m-+0001-of-00002.gguf",
        "m- 0001-of-00002.gguf", "m-0000x-of-00002.gguf",
        "m_00001-of-00002.gguf", "m-00001of-00002.gguf", "m-00001-of00002.gguf",
        "00001-of-00002.gguf"}) {
    EXPECT_FALSE(ParseGgufSplitName(other).has_value()) << other;
  }
}

TEST(GgufSplitTest, ListsTheFilesOfASet) {
  EXPECT_THAT(
      GgufSplitFileNames(*ParseGgufSplitName("d/m-00002-of-00003.gguf")),
      ElementsAre("d/m-00001-of-00003.gguf", "d/m-00002-of-00003.gguf",
                  "d/m-00003-of-00003.gguf"));
}

// A parsed file with the keys of a split and tensors called `names`.
GgufFile Part(uint16_t number, uint16_t count, int32_t tensor_count,
              std::vector<std::string> names) {
  GgufFile file;
  file.metadata.Append("split.no", GgufValue::Scalar(number));
  file.metadata.Append("split.count", GgufValue::Scalar(count));
  file.metadata.Append("split.tensors.count", GgufValue::Scalar(tensor_count));
  for (std::string& name : names) {
    file.tensors.push_back({std::move(name), DType::kF32, {1}});
  }
  return file;
}

absl::Status Check(const std::vector<GgufFile>& files) {
  std::vector<const GgufFile*> pointers;
  for (const GgufFile& file : files) pointers.push_back(&file);
  return CheckGgufSplits(pointers);
}

TEST(GgufSplitTest, ReadsTheKeys) {
  const auto info = ReadGgufSplitInfo(Part(1, 3, 7, {"a"}));
  ASSERT_TRUE(info.ok()) << info.status();
  ASSERT_TRUE(info->has_value());
  EXPECT_EQ((*info)->number, 1u);
  EXPECT_EQ((*info)->count, 3u);
  EXPECT_EQ((*info)->tensor_count, 7u);
  EXPECT_FALSE(ReadGgufSplitInfo({})->has_value());
  // As gguf-split leaves it in a merged file.
  EXPECT_FALSE(ReadGgufSplitInfo(Part(0, 0, 7, {"a"}))->has_value());
  EXPECT_FALSE(ReadGgufSplitInfo(Part(0, 1, 1, {"a"}))->has_value());
}

TEST(GgufSplitTest, RefusesIncompleteOrContradictoryKeys) {
  GgufFile only_count;
  only_count.metadata.Append("split.count", GgufValue::Scalar(uint16_t{2}));
  EXPECT_EQ(ReadGgufSplitInfo(only_count).status(),
            absl::DataLossError("metadata key 'split.no' is missing"));
  GgufFile text;
  text.metadata.Append("split.count", GgufValue::String("2"));
  EXPECT_EQ(ReadGgufSplitInfo(text).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReadGgufSplitInfo(Part(2, 2, 7, {})).status(),
            absl::DataLossError("split.no is 2 and split.count is 2"));
  EXPECT_EQ(ReadGgufSplitInfo(Part(0, 2, -1, {})).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReadGgufSplitInfo(Part(0, 2, 1, {"a", "b"})).status(),
            absl::DataLossError("split.tensors.count is 1, but this file alone "
                                "has 2"));
}

TEST(GgufSplitTest, ChecksWholeSets) {
  EXPECT_TRUE(Check({GgufFile()}).ok());
  EXPECT_TRUE(Check({Part(0, 0, 9, {"a"})}).ok());
  EXPECT_TRUE(Check({Part(0, 2, 3, {"a"}), Part(1, 2, 3, {"b", "c"})}).ok());
  EXPECT_TRUE(
      Check({Part(0, 3, 1, {}), Part(1, 3, 1, {"a"}), Part(2, 3, 1, {})}).ok());
  EXPECT_EQ(Check({}).code(), absl::StatusCode::kInvalidArgument);

  struct Case {
    std::vector<GgufFile> files;
    std::string message;
  };
  const Case cases[] = {
      {{Part(0, 2, 2, {"a"})}, "file 1 of 1: split.count is 2, expected 1"},
      {{Part(1, 2, 2, {"a"}), Part(0, 2, 2, {"b"})},
       "file 1 of 2: split.no is 1, expected 0"},
      {{Part(0, 2, 2, {"a"}), Part(0, 2, 2, {"b"})},
       "file 2 of 2: split.no is 0, expected 1"},
      {{Part(0, 2, 2, {"a"}), GgufFile()},
       "file 2 of 2: it is not part of a split model"},
      {{Part(0, 2, 2, {"a"}), Part(1, 2, 2, {"a"})},
       "file 2 of 2: tensor 'a' is in an earlier file too"},
      {{Part(0, 2, 3, {"a"}), Part(1, 2, 3, {"b"})},
       "split.tensors.count is 3, but the files have 2"},
      {{Part(0, 2, 2, {"a"}), Part(1, 2, 4, {"b"})},
       "file 2 of 2: split.tensors.count is 4"},
  };
  for (const Case& c : cases) {
    const absl::Status status = Check(c.files);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

TEST(GgufSplitTest, FilesMayBeMissing) {
  const GgufFile first = Part(0, 3, 3, {"a"});
  const GgufFile last = Part(2, 3, 3, {"b"});
  EXPECT_TRUE(CheckGgufSplits({&first, nullptr, &last}).ok());
  EXPECT_TRUE(CheckGgufSplits({nullptr, nullptr, &last}).ok());
  EXPECT_THAT(std::string(CheckGgufSplits({nullptr, &last, nullptr}).message()),
              HasSubstr("file 2 of 3: split.no is 2, expected 1"));
  const GgufFile twin = Part(2, 3, 3, {"a"});
  EXPECT_THAT(std::string(CheckGgufSplits({&first, nullptr, &twin}).message()),
              HasSubstr("file 3 of 3: tensor 'a' is in an earlier file too"));
}

}  // namespace
}  // namespace tessera
