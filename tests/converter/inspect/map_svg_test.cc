#include "converter/inspect/map_svg.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "converter/inspect/describe.h"
#include "converter/inspect/section_ribbon.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

FileDescription DescribeSmallArena() {
  ArenaBuilder builder = SmallArena();
  return DescribeFile("folder/small.arena", builder.FileWith(builder.Finish()),
                      {})
      .value();
}

size_t Count(const std::string& text, absl::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(std::string(part)); at != std::string::npos;
       at = text.find(std::string(part), at + 1)) {
    ++count;
  }
  return count;
}

// The value of attribute `name` of the element at `at`.
double Attribute(const std::string& svg, size_t at, const std::string& name) {
  const std::string key = " " + name + "=\"";
  const size_t begin = svg.find(key, at) + key.size();
  double value = -1;
  EXPECT_TRUE(absl::SimpleAtod(svg.substr(begin, svg.find('"', begin) - begin),
                               &value));
  return value;
}

// A ribbon's rectangles, without the group's separators.
std::vector<Box> BoxesOf(const std::string& svg, const std::string& tensor) {
  std::vector<Box> boxes;
  size_t at = svg.find("<title>" + tensor + "\n");
  EXPECT_NE(at, std::string::npos) << tensor;
  const size_t end = svg.find("</g>", at);
  for (at = svg.find("<rect", at); at < end; at = svg.find("<rect", at + 1)) {
    const Box box = {Attribute(svg, at, "x"), Attribute(svg, at, "y"),
                     Attribute(svg, at, "width"), Attribute(svg, at, "height")};
    if (box.width > 1 && box.height > 1) boxes.push_back(box);
  }
  return boxes;
}

TEST(MapSvgTest, ShowsEverythingOnce) {
  const std::string svg = RenderMapSvg(DescribeSmallArena());
  EXPECT_TRUE(absl::StartsWith(svg, "<svg xmlns="));
  EXPECT_TRUE(absl::EndsWith(svg, "</svg>\n"));
  EXPECT_TRUE(absl::StrContains(svg, ">small.arena</text>"));
  for (const char* part : {"hot", "cold", "header", "manifest", "padding",
                           "Q4_K", "Q4_0", "Q8_0", "F16", "F32", "INT8"}) {
    EXPECT_TRUE(absl::StrContains(svg, absl::StrCat(">", part, "</text>")))
        << part;
  }
  // 10 tensors, header and manifest.
  EXPECT_EQ(Count(svg, "<title>"), 12);
  EXPECT_EQ(Count(svg, "<g "), Count(svg, "</g>"));
}

TEST(MapSvgTest, TensorsOfASectionAreToScale) {
  const FileDescription file = DescribeSmallArena();
  const std::string svg = RenderMapSvg(file);
  double width = 0;
  double bytes = 0;
  for (const TensorDescription& tensor : file.tensors) {
    if (tensor.alternates) continue;
    double tensor_width = 0;
    for (const Box& box : BoxesOf(svg, tensor.name)) tensor_width += box.width;
    width += tensor_width;
    bytes += static_cast<double>(tensor.bytes);
  }
  // One line is 4096 bytes; the page says how wide that is.
  EXPECT_NEAR(width / bytes * 4096, 1132, 1);
}

TEST(MapSvgTest, AlternatingTensorsShareLines) {
  const std::string svg = RenderMapSvg(DescribeSmallArena());
  const std::vector<Box> gate = BoxesOf(svg, "blk.0.ffn_gate.weight");
  const std::vector<Box> up = BoxesOf(svg, "blk.0.ffn_up.weight");
  ASSERT_EQ(gate.size(), up.size());
  for (size_t i = 0; i < gate.size(); ++i) {
    EXPECT_EQ(gate[i].x, up[i].x);
    EXPECT_EQ(gate[i].width, up[i].width);
    EXPECT_EQ(gate[i].y + gate[i].height, up[i].y);
  }
}

TEST(MapSvgTest, NothingLeavesThePage) {
  const std::string svg = RenderMapSvg(DescribeSmallArena());
  const double width = Attribute(svg, 0, "width");
  const double height = Attribute(svg, 0, "height");
  const size_t body = svg.find("</defs>");
  for (size_t at = svg.find("<rect x", body); at != std::string::npos;
       at = svg.find("<rect x", at + 1)) {
    EXPECT_GE(Attribute(svg, at, "x"), 0);
    EXPECT_LE(Attribute(svg, at, "x") + Attribute(svg, at, "width"), width);
    EXPECT_LE(Attribute(svg, at, "y") + Attribute(svg, at, "height"), height);
    EXPECT_GE(Attribute(svg, at, "width"), 0);
  }
}

TEST(MapSvgTest, LongPaddingIsCut) {
  const std::string svg = RenderMapSvg(DescribeSmallArena());
  EXPECT_EQ(Count(svg, "of padding to the section&#39;s end, cut here"), 2);
}

TEST(MapSvgTest, SameDescriptionSamePicture) {
  EXPECT_EQ(RenderMapSvg(DescribeSmallArena()),
            RenderMapSvg(DescribeSmallArena()));
}

TEST(MapSvgTest, NamesAreEscaped) {
  FileDescription file = DescribeSmallArena();
  file.path = "a/<b>&.arena";
  file.tensors[7].name = "<script>alert(1)</script>";
  const std::string svg = RenderMapSvg(file);
  EXPECT_FALSE(absl::StrContains(svg, "<script"));
  EXPECT_TRUE(absl::StrContains(svg, ">&lt;b&gt;&amp;.arena</text>"));
}

TEST(MapSvgTest, EmptyFilesAreDrawnToo) {
  EXPECT_TRUE(absl::EndsWith(RenderMapSvg(FileDescription()), "</svg>\n"));
  FileDescription file;
  file.file_size = 100;
  file.sections = {{"data", 0, 100, 0}};
  EXPECT_TRUE(absl::StrContains(RenderMapSvg(file), ">data</text>"));
}

// 300 layers of a large model.
TEST(MapSvgTest, LargeModelsStayOnOnePage) {
  FileDescription file;
  uint64_t offset = 2 << 20;
  for (int i = 0; i < 300; ++i) {
    TensorDescription tensor;
    tensor.name = absl::StrCat("blk.", i, ".ffn_down.weight");
    tensor.type = "Q4_K";
    tensor.offset = tensor.extent_offset = offset;
    tensor.bytes = tensor.extent_size = uint64_t{1} << 30;
    offset += tensor.bytes;
    file.tensors.push_back(tensor);
  }
  file.file_size = offset;
  file.sections = {{"hot", 2 << 20, offset - (2 << 20), offset - (2 << 20)}};
  const std::string svg = RenderMapSvg(file);
  EXPECT_LT(Attribute(svg, 0, "height"), 1600);
  EXPECT_LT(svg.size(), 400000);
}

TEST(BytesPerLineTest, PowersOfTwo) {
  FileDescription file;
  EXPECT_EQ(BytesPerLine(file, 26), 4096);
  file.sections = {{"hot", 0, 0, 26 * 4096}};
  EXPECT_EQ(BytesPerLine(file, 26), 4096);
  file.sections[0].used += 26;
  EXPECT_EQ(BytesPerLine(file, 26), 8192);
}

}  // namespace
}  // namespace tessera
