#include "converter/inspect/file_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "converter/inspect/describe.h"
#include "converter/inspect/png_canvas.h"
#include "converter/inspect/section_ribbon.h"
#include "converter/inspect/svg_canvas.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

FileDescription DescribeSmallArena() {
  ArenaBuilder builder = SmallArena();
  return DescribeFile("folder/small.arena", builder.FileWith(builder.Finish()),
                      {})
      .value();
}

std::string Svg(const FileDescription& file, MapColor color = MapColor::kType) {
  SvgCanvas canvas;
  return RenderMap(file, color, &canvas);
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

TEST(FileMapTest, ShowsEverythingOnce) {
  const std::string svg = Svg(DescribeSmallArena());
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

TEST(FileMapTest, TensorsOfASectionAreToScale) {
  const FileDescription file = DescribeSmallArena();
  const std::string svg = Svg(file);
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
  EXPECT_NEAR(width / bytes * 4096, 836, 1);
}

TEST(FileMapTest, AlternatingTensorsShareLines) {
  const std::string svg = Svg(DescribeSmallArena());
  const std::vector<Box> gate = BoxesOf(svg, "blk.0.ffn_gate.weight");
  const std::vector<Box> up = BoxesOf(svg, "blk.0.ffn_up.weight");
  ASSERT_EQ(gate.size(), up.size());
  for (size_t i = 0; i < gate.size(); ++i) {
    EXPECT_EQ(gate[i].x, up[i].x);
    EXPECT_EQ(gate[i].width, up[i].width);
    EXPECT_EQ(gate[i].y + gate[i].height, up[i].y);
  }
}

TEST(FileMapTest, NothingLeavesThePage) {
  const std::string svg = Svg(DescribeSmallArena());
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

TEST(FileMapTest, LongPaddingIsCut) {
  const std::string svg = Svg(DescribeSmallArena());
  EXPECT_EQ(Count(svg, "of padding to the section&#39;s end, cut here"), 2);
}

TEST(FileMapTest, SameDescriptionSamePicture) {
  EXPECT_EQ(Svg(DescribeSmallArena()), Svg(DescribeSmallArena()));
}

TEST(FileMapTest, NamesAreEscaped) {
  FileDescription file = DescribeSmallArena();
  file.path = "a/<b>&.arena";
  file.tensors[7].name = "<script>alert(1)</script>";
  const std::string svg = Svg(file);
  EXPECT_FALSE(absl::StrContains(svg, "<script"));
  EXPECT_TRUE(absl::StrContains(svg, ">&lt;b&gt;&amp;.arena</text>"));
}

TEST(FileMapTest, EmptyFilesAreDrawnToo) {
  EXPECT_TRUE(absl::EndsWith(Svg(FileDescription()), "</svg>\n"));
  FileDescription file;
  file.file_size = 100;
  file.sections = {{"data", 0, 100, 0}};
  EXPECT_TRUE(absl::StrContains(Svg(file), ">data</text>"));
}

// Files of a set have long names and may be many.
TEST(FileMapTest, LongNamesOfSections) {
  FileDescription file = DescribeSmallArena();
  file.sections[0].name = "model-00001-of-00002.safetensors";
  file.sections[1].name = std::string(300, 'x') + "\xff";
  const std::string svg = Svg(file, MapColor::kSection);
  EXPECT_EQ(Count(svg, ">model-00001-of-00002.safetensors</text>"), 3);
  EXPECT_FALSE(absl::StrContains(svg, std::string(100, 'x')));
}

TEST(FileMapTest, ColoursBySection) {
  const FileDescription file = DescribeSmallArena();
  const std::string svg = Svg(file, MapColor::kSection);
  EXPECT_FALSE(absl::StrContains(svg, ">Q4_K</text>"));
  // In the legend, below the strip and beside the ribbon.
  EXPECT_EQ(Count(svg, ">hot</text>"), 3);
  EXPECT_TRUE(absl::StrContains(svg, "fill=\"#e69f00\""));
  EXPECT_TRUE(absl::StrContains(svg, "fill=\"#56b4e9\""));
}

TEST(FileMapTest, ColoursBySignalToNoiseRatio) {
  FileDescription file = DescribeSmallArena();
  EXPECT_FALSE(HasErrors(file));
  file.tensors[0].error = ErrorDescription{0.1, 0.1, 19.99};
  file.tensors[1].error = ErrorDescription{0.1, 0.1, 20};
  file.tensors[2].error = ErrorDescription{0, 0, 0};
  EXPECT_TRUE(HasErrors(file));
  const std::string svg = Svg(file, MapColor::kSnr);
  EXPECT_EQ(Count(svg, ">15 to 20 dB</text>"), 1);
  EXPECT_EQ(Count(svg, ">20 to 25 dB</text>"), 1);
  EXPECT_EQ(Count(svg, ">exact</text>"), 1);
  EXPECT_EQ(Count(svg, ">below 15 dB</text>"), 0);
}

TEST(FileMapTest, ARatioThatIsNoNumberIsTheWorst) {
  FileDescription file = DescribeSmallArena();
  file.tensors[0].error = ErrorDescription{std::nan(""), 0, std::nan("")};
  EXPECT_EQ(Count(Svg(file, MapColor::kSnr), ">below 15 dB</text>"), 1);
}

TEST(FileMapTest, NamesOfColours) {
  EXPECT_EQ(MapColorFromName("snr"), MapColor::kSnr);
  EXPECT_EQ(MapColorFromName("type"), MapColor::kType);
  EXPECT_EQ(MapColorFromName("section"), MapColor::kSection);
  EXPECT_EQ(MapColorFromName("SNR"), std::nullopt);
}

TEST(FileMapTest, AsPng) {
  PngCanvas a;
  PngCanvas b;
  const std::string png = RenderMap(DescribeSmallArena(), MapColor::kType, &a);
  EXPECT_TRUE(absl::StartsWith(png, "\x89PNG\r\n\x1a\n"));
  EXPECT_TRUE(absl::StrContains(png, "IEND"));
  EXPECT_EQ(png, RenderMap(DescribeSmallArena(), MapColor::kType, &b));
}

// 300 layers of a large model.
TEST(FileMapTest, LargeModelsStayOnOnePage) {
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
  const std::string svg = Svg(file);
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
