#include "converter/inspect/map_svg.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/counted.h"
#include "base/progress.h"
#include "converter/inspect/describe_text.h"
#include "converter/inspect/section_ribbon.h"
#include "converter/inspect/svg_canvas.h"
#include "converter/inspect/type_palette.h"

namespace tessera {
namespace {

constexpr double kPageWidth = 1280;
constexpr double kMargin = 36;
constexpr double kGutter = 76;  // for the offsets beside the ribbons
constexpr double kContentWidth = kPageWidth - 2 * kMargin;
constexpr double kStripHeight = 22;
constexpr double kMinStripWidth = 3;
constexpr double kMinTensorWidth = 0.3;
constexpr int kLegendColumns = 4;
constexpr double kLegendRow = 24;
constexpr uint64_t kTargetLines = 26;
constexpr char kReservedFill[] = "#1e293b";

constexpr char kStyle[] = R"(
text { font-family: Inter, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
       fill: #1e293b; }
.title { font-size: 22px; font-weight: 600; }
.subtitle { font-size: 13px; fill: #64748b; }
.heading { font-size: 15px; font-weight: 600; }
.name { font-size: 12.5px; font-weight: 600; }
.value { font-size: 12.5px; fill: #64748b; }
.offset { font-size: 10.5px; fill: #64748b; }
.label { font-size: 10.5px; pointer-events: none; }
.light { fill: #ffffff; }
.dark { fill: #1e293b; }
rect { shape-rendering: crispEdges; }
.tensor:hover rect { stroke: #0f172a; stroke-width: 1.5; }
)";

constexpr char kDefinitions[] =
    R"svg(<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="6" height="6" fill="#f1f5f9"/><rect width="1.4" height="6" fill="#cbd5e1"/>
</pattern>
)svg";

std::string Percent(uint64_t part, uint64_t whole) {
  return absl::StrFormat("%.1f %%", whole == 0
                                        ? 0.0
                                        : 100.0 * static_cast<double>(part) /
                                              static_cast<double>(whole));
}

std::string BinaryBytes(uint64_t bytes) {
  const char* units[] = {"B", "KiB", "MiB", "GiB"};
  int unit = 0;
  for (; bytes >= 1024 && unit < 3; bytes /= 1024) ++unit;
  return absl::StrCat(bytes, " ", units[unit]);
}

struct LegendEntry {
  std::string fill;
  std::string name;
  std::string value;
};

std::vector<LegendEntry> LegendOf(const FileDescription& file) {
  std::vector<LegendEntry> legend;
  uint64_t reserved = 0;
  uint64_t tensors = 0;
  for (const TypeTotal& total : TotalsByType(file)) {
    tensors += total.bytes;
    legend.push_back(
        {ColorOfType(total.type).Hex(), total.type,
         absl::StrCat(HumanBytes(total.bytes), ", ",
                      Percent(total.bytes, file.file_size), ", ", total.tensors,
                      total.tensors == 1 ? " tensor" : " tensors")});
  }
  for (const ReservedRange& range : file.reserved) reserved += range.size;
  const uint64_t padding =
      file.file_size - std::min(file.file_size, tensors + reserved);
  if (padding != 0) {
    legend.push_back({"url(#hatch)", "padding",
                      absl::StrCat(HumanBytes(padding), ", ",
                                   Percent(padding, file.file_size))});
  }
  for (const ReservedRange& range : file.reserved) {
    legend.push_back({kReservedFill, range.name,
                      absl::StrCat(HumanBytes(range.size), " at ",
                                   WithCommas(range.offset))});
  }
  return legend;
}

std::string FileName(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

class Map {
 public:
  explicit Map(const FileDescription& file) : file_(file) {}

  std::string Draw() {
    DrawTitle();
    DrawLegend();
    DrawStrip();
    DrawSections();
    return canvas_.Document(kPageWidth, y_ + kMargin, kStyle, kDefinitions);
  }

 private:
  void DrawTitle();
  void DrawLegend();
  void DrawStrip();
  void DrawSections();

  const FileDescription& file_;
  SvgCanvas canvas_;
  double y_ = kMargin;  // where the next part begins
};

void Map::DrawTitle() {
  uint64_t weights = 0;
  uint64_t bytes = 0;
  for (const TensorDescription& tensor : file_.tensors) {
    weights += tensor.weights;
    bytes += tensor.bytes;
  }
  canvas_.Text(kMargin, y_ + 18, FileName(file_.path), "title");
  std::string subtitle =
      absl::StrCat(file_.format, " \u00b7 ", HumanBytes(file_.file_size),
                   " \u00b7 ", file_.tensors.size(), " tensors");
  if (weights != 0) {
    absl::StrAppend(&subtitle, " \u00b7 ", WithCommas(weights), " weights",
                    absl::StrFormat(" \u00b7 %.2f bits per weight",
                                    8.0 * static_cast<double>(bytes) /
                                        static_cast<double>(weights)));
  }
  canvas_.Text(kMargin, y_ + 40, subtitle, "subtitle");
  y_ += 62;
}

void Map::DrawLegend() {
  const std::vector<LegendEntry> legend = LegendOf(file_);
  const double column_width = kContentWidth / kLegendColumns;
  for (size_t i = 0; i < legend.size(); ++i) {
    const double x =
        kMargin + static_cast<double>(i % kLegendColumns) * column_width;
    const double y = y_ + static_cast<double>(i / kLegendColumns) * kLegendRow;
    canvas_.Rect({x, y, 14, 14}, legend[i].fill, 3);
    canvas_.Text(x + 22, y + 11.5, legend[i].name, "name");
    canvas_.Text(x + 92, y + 11.5, legend[i].value, "value");
  }
  const size_t rows = (legend.size() + kLegendColumns - 1) / kLegendColumns;
  y_ += static_cast<double>(rows) * kLegendRow + 18;
}

// The whole file in one line, to scale, so that padding is seen for what it is.
void Map::DrawStrip() {
  const double scale = kContentWidth / static_cast<double>(std::max<uint64_t>(
                                           file_.file_size, 1));
  const auto pixels = [scale](uint64_t bytes) {
    return static_cast<double>(bytes) * scale;
  };
  const double right = kMargin + kContentWidth;
  canvas_.Rect({kMargin, y_, kContentWidth, kStripHeight}, "url(#hatch)");
  for (const TensorDescription& tensor : file_.tensors) {
    if (tensor.bytes == 0) continue;
    // Of those that alternate, the first one's colour fills their extent.
    if (tensor.alternates && tensor.offset != tensor.extent_offset) continue;
    const uint64_t bytes =
        tensor.alternates ? tensor.extent_size : tensor.bytes;
    canvas_.Rect({kMargin + pixels(tensor.offset), y_,
                  std::max(pixels(bytes), kMinTensorWidth), kStripHeight},
                 ColorOfType(tensor.type).Hex());
  }
  for (const ReservedRange& range : file_.reserved) {
    const double width = std::max(pixels(range.size), kMinStripWidth);
    const double x = std::min(kMargin + pixels(range.offset), right - width);
    canvas_.BeginGroup("tensor",
                       absl::StrCat(range.name, "\n", WithCommas(range.size),
                                    " bytes at ", WithCommas(range.offset)));
    canvas_.Rect({x, y_, width, kStripHeight}, kReservedFill);
    canvas_.EndGroup();
  }
  double label_end = kMargin;
  for (const SectionDescription& section : file_.sections) {
    const double x = kMargin + pixels(section.offset);
    canvas_.Rect({x - 0.5, y_ - 3, 1, kStripHeight + 6}, kReservedFill);
    if (x < label_end) continue;
    canvas_.Text(x, y_ + kStripHeight + 16, section.name, "offset");
    label_end = x + 40;
  }
  y_ += kStripHeight + 46;
}

void Map::DrawSections() {
  RibbonStyle style;
  style.left = kMargin + kGutter;
  style.width = kContentWidth - kGutter;
  style.bytes_per_line = BytesPerLine(file_, kTargetLines);
  for (size_t i = 0; i < file_.sections.size(); ++i) {
    const SectionDescription& section = file_.sections[i];
    canvas_.Text(kMargin, y_, section.name, "heading");
    canvas_.Text(
        style.left, y_,
        absl::StrCat(HumanBytes(section.size), " at offset ",
                     WithCommas(section.offset), " \u00b7 ",
                     HumanBytes(section.used), " used, ",
                     Percent(section.size - section.used, section.size),
                     " padding \u00b7 a full line is ",
                     BinaryBytes(style.bytes_per_line)),
        "value");
    y_ = DrawSectionRibbon(file_, i, y_ + 14, style, &canvas_) + 38;
  }
  y_ -= file_.sections.empty() ? 0 : 38;
}

}  // namespace

std::string RenderMapSvg(const FileDescription& file) {
  return Map(file).Draw();
}

}  // namespace tessera
