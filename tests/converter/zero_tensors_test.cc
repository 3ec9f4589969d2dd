#include "converter/zero_tensors.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/mapped_file.h"
#include "converter/source/weight_source.h"

namespace tessera {
namespace {

class ZeroTensorsTest : public testing::Test {
 protected:
  // Appends a tensor that is zeros to the file.
  void Add(const std::string& name, std::vector<uint64_t> shape) {
    SourceTensor& tensor = source_.tensors.emplace_back();
    tensor.name = name;
    tensor.source_name = name;
    tensor.type = DType::kF32;
    tensor.size = sizeof(float);
    for (const uint64_t extent : shape) tensor.size *= extent;
    tensor.shape = std::move(shape);
    tensor.parts = {{0, bytes_.size()}};
    zeros_.push_back(zeros_.size());
    bytes_.append(tensor.size, '\0');
  }

  void AddContent() { bytes_ += "weights"; }

  std::string Note() {
    std::filesystem::remove(path_);
    std::ofstream(path_, std::ios::binary) << bytes_;
    source_.files.push_back(MappedFile::Open(path_).value());
    return ZeroTensorsNote(source_, zeros_);
  }

  std::string CutOff(uint64_t byte) const {
    return absl::StrCat("; ", path_, " is zeros from byte ", byte,
                        " to its end: was it downloaded to its end?");
  }

  const std::string path_ = testing::TempDir() + "/zero_tensors";
  WeightSource source_;
  std::vector<size_t> zeros_;
  std::string bytes_ = "header";
};

TEST_F(ZeroTensorsTest, NothingIsSaidOfSmallTensorsAndVectors) {
  Add("a.bias", {4096});
  Add("a.weight", {4096});
  Add("b.bias", {64, 64});
  Add("small", {1, 2});
  AddContent();
  Add("last", {1, 2});
  EXPECT_EQ(Note(), "");
}

TEST_F(ZeroTensorsTest, MatricesAreNamed) {
  Add("a", {4, 4});
  AddContent();
  Add("b", {64, 64});
  Add("c", {4, 4});
  Add("d", {4, 4});
  AddContent();
  EXPECT_EQ(Note(), "4 tensors have no weight but zeros: a, b, c, ...");
}

TEST_F(ZeroTensorsTest, ShortTailsAreNoAlarm) {
  AddContent();
  Add("a", {4, 4});
  Add("b.bias", {1000});
  EXPECT_EQ(Note(), "1 tensor has no weight but zeros: a");
}

TEST_F(ZeroTensorsTest, OneVectorIsNoAlarm) {
  AddContent();
  Add("a.bias", {4096});
  EXPECT_EQ(Note(), "");
}

TEST_F(ZeroTensorsTest, PaddingIsNoAlarm) {
  Add("a", {64, 64});
  AddContent();
  bytes_.append(8192, '\0');
  EXPECT_EQ(Note(), "1 tensor has no weight but zeros: a");
}

TEST_F(ZeroTensorsTest, LongTailsAreAnAlarm) {
  AddContent();
  Add("a", {32, 32});
  EXPECT_EQ(Note(),
            absl::StrCat("1 tensor has no weight but zeros: a", CutOff(13)));
}

TEST_F(ZeroTensorsTest, VectorsCountInATail) {
  Add("first.bias", {512});
  AddContent();
  Add("a.bias", {512});
  Add("b.bias", {512});
  EXPECT_EQ(Note(),
            absl::StrCat("2 tensors have no weight but zeros: a.bias, b.bias",
                         CutOff(6 + 2048 + 7)));
}

}  // namespace
}  // namespace tessera
