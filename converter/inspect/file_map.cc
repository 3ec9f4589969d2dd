#include "converter/inspect/file_map.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "base/counted.h"
#include "base/printable.h"
#include "base/progress.h"
#include "converter/inspect/section_ribbon.h"

namespace tessera {
namespace {

constexpr double kPageWidth = 960;
constexpr double kMargin = 28;
constexpr double kGutter = 68;  // for the offsets beside the ribbons
constexpr double kContentWidth = kPageWidth - 2 * kMargin;
constexpr double kStripHeight = 22;
constexpr double kMinStripWidth = 3;
constexpr double kMinTensorWidth = 0.3;
constexpr double kLegendValue = 186;   // pixels of its numbers
constexpr double kCharacterWidth = 7;  // of names, about
constexpr size_t kShortName = 8;       // that fits beside a ribbon
constexpr size_t kMaxNameBytes = 48;
constexpr double kLegendRow = 24;
constexpr uint64_t kTargetLines = 26;
constexpr Paint kInk = {Paint::Kind::kInk};
constexpr Paint kHatch = {Paint::Kind::kHatch};

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

double WidthOf(absl::string_view text) {
  return static_cast<double>(text.size()) * kCharacterWidth;
}

// Of a file of a set; it may be long.
std::string ShortName(const std::string& name) {
  return ShortPrintable(name, kMaxNameBytes);
}

struct LegendEntry {
  Paint paint;
  std::string name;
  std::string value;
};

std::vector<LegendEntry> LegendOf(const FileDescription& file,
                                  const MapColoring& coloring) {
  std::vector<LegendEntry> legend;
  uint64_t reserved = 0;
  uint64_t tensors = 0;
  for (const MapColoring::Total& total : coloring.Totals()) {
    tensors += total.bytes;
    legend.push_back(
        {Paint::Of(total.color), ShortName(total.name),
         absl::StrCat(HumanBytes(total.bytes), ", ",
                      Percent(total.bytes, file.file_size), ", ", total.tensors,
                      total.tensors == 1 ? " tensor" : " tensors")});
  }
  for (const ReservedRange& range : file.reserved) reserved += range.size;
  const uint64_t padding =
      file.file_size - std::min(file.file_size, tensors + reserved);
  if (padding != 0) {
    legend.push_back({kHatch, "padding",
                      absl::StrCat(HumanBytes(padding), ", ",
                                   Percent(padding, file.file_size))});
  }
  for (const ReservedRange& range : file.reserved) {
    legend.push_back({kInk, range.name,
                      absl::StrCat(HumanBytes(range.size), " at ",
                                   WithCommas(range.offset))});
  }
  return legend;
}

// Of a folder, too.
std::string FileName(absl::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path.substr(path.find_last_of('/') + 1));
}

class Map {
 public:
  Map(const FileDescription& file, MapColor color, Canvas* canvas)
      : file_(file), coloring_(file, color), canvas_(*canvas) {}

  std::string Draw() {
    DrawTitle();
    DrawLegend();
    DrawStrip();
    DrawSections();
    return canvas_.Finish(kPageWidth, y_ + kMargin);
  }

 private:
  void DrawTitle();
  void DrawLegend();
  void DrawStrip();
  void DrawSections();

  const FileDescription& file_;
  const MapColoring coloring_;
  Canvas& canvas_;
  double y_ = kMargin;  // where the next part begins
};

void Map::DrawTitle() {
  uint64_t weights = 0;
  uint64_t bytes = 0;
  for (const TensorDescription& tensor : file_.tensors) {
    weights += tensor.weights;
    bytes += tensor.bytes;
  }
  canvas_.Text(kMargin, y_ + 18, FileName(file_.path), TextStyle::kTitle);
  std::string subtitle =
      absl::StrCat(file_.format, " \u00b7 ", HumanBytes(file_.file_size),
                   " \u00b7 ", file_.tensors.size(), " tensors");
  if (weights != 0) {
    absl::StrAppend(&subtitle, " \u00b7 ", WithCommas(weights), " weights",
                    absl::StrFormat(" \u00b7 %.2f bits per weight",
                                    8.0 * static_cast<double>(bytes) /
                                        static_cast<double>(weights)));
  }
  canvas_.Text(kMargin, y_ + 40, subtitle, TextStyle::kSubtitle);
  y_ += 62;
}

void Map::DrawLegend() {
  const std::vector<LegendEntry> legend = LegendOf(file_, coloring_);
  double name_width = 92;
  for (const LegendEntry& entry : legend) {
    name_width = std::max(name_width, 30 + WidthOf(entry.name));
  }
  const size_t columns = static_cast<size_t>(
      std::max(1.0, kContentWidth / (name_width + kLegendValue)));
  const double column_width = kContentWidth / static_cast<double>(columns);
  for (size_t i = 0; i < legend.size(); ++i) {
    const double x = kMargin + static_cast<double>(i % columns) * column_width;
    const double y = y_ + static_cast<double>(i / columns) * kLegendRow;
    canvas_.Rect({x, y, 14, 14}, legend[i].paint, 3);
    canvas_.Text(x + 22, y + 11.5, legend[i].name, TextStyle::kName);
    canvas_.Text(x + name_width, y + 11.5, legend[i].value, TextStyle::kValue);
  }
  const size_t rows = (legend.size() + columns - 1) / columns;
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
  canvas_.Rect({kMargin, y_, kContentWidth, kStripHeight}, kHatch);
  for (const TensorDescription& tensor : file_.tensors) {
    if (tensor.bytes == 0) continue;
    // Of those that alternate, the first one's colour fills their extent.
    if (tensor.alternates && tensor.offset != tensor.extent_offset) continue;
    const uint64_t bytes =
        tensor.alternates ? tensor.extent_size : tensor.bytes;
    canvas_.Rect({kMargin + pixels(tensor.offset), y_,
                  std::max(pixels(bytes), kMinTensorWidth), kStripHeight},
                 Paint::Of(coloring_.Of(tensor)));
  }
  for (const ReservedRange& range : file_.reserved) {
    const double width = std::max(pixels(range.size), kMinStripWidth);
    const double x = std::min(kMargin + pixels(range.offset), right - width);
    canvas_.BeginGroup(absl::StrCat(range.name, "\n", WithCommas(range.size),
                                    " bytes at ", WithCommas(range.offset)));
    canvas_.Rect({x, y_, width, kStripHeight}, kInk);
    canvas_.EndGroup();
  }
  double label_end = kMargin;
  for (const SectionDescription& section : file_.sections) {
    const double x = kMargin + pixels(section.offset);
    canvas_.Rect({x - 0.5, y_ - 3, 1, kStripHeight + 6}, kInk);
    if (x < label_end) continue;
    const std::string name = ShortName(section.name);
    const double width = WidthOf(name);
    if (x + width > right && x > kMargin) continue;
    canvas_.Text(x, y_ + kStripHeight + 16, name, TextStyle::kOffset);
    label_end = x + std::max(40.0, width);
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
    canvas_.Text(kMargin, y_, ShortName(section.name), TextStyle::kHeading);
    if (section.name.size() > kShortName) y_ += 20;
    canvas_.Text(
        style.left, y_,
        absl::StrCat(HumanBytes(section.size), " at offset ",
                     WithCommas(section.offset), " \u00b7 ",
                     HumanBytes(section.used), " used, ",
                     Percent(section.size - section.used, section.size),
                     " padding \u00b7 a full line is ",
                     BinaryBytes(style.bytes_per_line)),
        TextStyle::kValue);
    y_ = DrawSectionRibbon(file_, i, y_ + 14, style, coloring_, &canvas_) + 38;
  }
  y_ -= file_.sections.empty() ? 0 : 38;
}

}  // namespace

std::string RenderMap(const FileDescription& file, MapColor color,
                      Canvas* canvas) {
  return Map(file, color, canvas).Draw();
}

}  // namespace tessera
