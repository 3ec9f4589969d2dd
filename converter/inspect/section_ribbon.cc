#include "converter/inspect/section_ribbon.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/counted.h"
#include "base/progress.h"
#include "converter/inspect/describe_text.h"
#include "converter/inspect/type_palette.h"

namespace tessera {
namespace {

constexpr Paint kHatch = {Paint::Kind::kHatch};
constexpr Paint kPage = {Paint::Kind::kPage};

constexpr uint64_t kKiB = 1024;
constexpr uint64_t kMiB = kKiB * 1024;
constexpr uint64_t kMinBytesPerLine = 4 * kKiB;

constexpr double kMinWidth = 0.75;       // so that every tensor can be found
constexpr double kSeparator = 1;         // line between neighbours
constexpr double kSeparatorFrom = 4.0;   // narrower ones have none
constexpr double kCharacterWidth = 6.1;  // of the labels' font
constexpr double kLabelMargin = 10.0;
constexpr double kInnerLighter = 0.6;       // separators within a fused group
constexpr double kCutPaddingWidth = 330.0;  // room for its label

// The longest form of the name that fits, or nothing.
std::string Label(absl::string_view name, double width) {
  const double room = (width - kLabelMargin) / kCharacterWidth;
  std::vector<absl::string_view> forms = {name};
  absl::string_view form = absl::StripSuffix(name, ".weight");
  forms.push_back(form);
  while (form.find('.') != absl::string_view::npos) {
    form = form.substr(form.find('.') + 1);
    forms.push_back(form);
  }
  for (absl::string_view candidate : forms) {
    if (static_cast<double>(candidate.size()) <= room) {
      return std::string(candidate);
    }
  }
  return "";
}

// A tensor's share of the ribbon: bytes, and its lane among those that
// alternate with it.
struct Piece {
  const TensorDescription* tensor = nullptr;
  uint64_t begin = 0;
  uint64_t end = 0;
  size_t lane = 0;
  size_t lanes = 1;
  bool last_of_group = true;  // what follows belongs to something else
};

std::vector<Piece> PiecesOf(const FileDescription& file, size_t section) {
  absl::flat_hash_map<absl::string_view, std::vector<const TensorDescription*>>
      groups;
  for (const TensorDescription& tensor : file.tensors) {
    if (tensor.alternates) groups[tensor.group].push_back(&tensor);
  }
  std::vector<Piece> pieces;
  for (const TensorDescription& tensor : file.tensors) {
    if (tensor.section != section || tensor.bytes == 0) continue;
    if (!tensor.alternates) {
      pieces.push_back({&tensor, tensor.offset, tensor.offset + tensor.bytes});
      continue;
    }
    Piece piece = {&tensor, tensor.extent_offset,
                   tensor.extent_offset + tensor.extent_size, 0, 0};
    for (const TensorDescription* member : groups[tensor.group]) {
      piece.lane += member->offset < tensor.offset;
      piece.lanes += 1;
    }
    pieces.push_back(piece);
  }
  std::stable_sort(
      pieces.begin(), pieces.end(),
      [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    const TensorDescription& next = *pieces[i + 1].tensor;
    pieces[i].last_of_group = pieces[i].lanes > 1 || next.group.empty() ||
                              pieces[i].tensor->group != next.group;
  }
  return pieces;
}

// "2048 KiB": short for what starts on 2 MiB.
std::string OffsetLabel(uint64_t offset, uint64_t bytes_per_line) {
  return bytes_per_line < kMiB ? absl::StrCat(offset / kKiB, " KiB")
                               : absl::StrCat(offset / kMiB, " MiB");
}

class Ribbon {
 public:
  Ribbon(const SectionDescription& section, double top,
         const RibbonStyle& style, const MapColoring& coloring, Canvas* canvas)
      : section_(section),
        top_(top),
        style_(style),
        coloring_(coloring),
        canvas_(*canvas) {}

  // Lines for the bytes up to `end`, all hatched; tensors are painted over.
  void DrawLines(uint64_t end);

  void DrawPiece(const Piece& piece);
  void DrawSeparators(const Piece& piece, const Box& box, Color color,
                      bool is_end);

  // The rest of the section, from `begin` on.
  void DrawTail(uint64_t begin);

  double bottom() const {
    return top_ + static_cast<double>(lines_) * Step() - style_.line_gap;
  }

 private:
  double Step() const { return style_.line_height + style_.line_gap; }
  double Pixels(uint64_t bytes) const {
    return static_cast<double>(bytes) /
           static_cast<double>(style_.bytes_per_line) * style_.width;
  }
  double LineTop(uint64_t line) const {
    return top_ + static_cast<double>(line) * Step();
  }
  void DrawOffset(uint64_t line) {
    canvas_.Text(style_.left - 10, LineTop(line) + style_.line_height / 2 + 4,
                 OffsetLabel(section_.offset + line * style_.bytes_per_line,
                             style_.bytes_per_line),
                 TextStyle::kOffset, Canvas::Anchor::kEnd);
  }

  const SectionDescription& section_;
  const double top_;
  const RibbonStyle& style_;
  const MapColoring& coloring_;
  Canvas& canvas_;
  uint64_t lines_ = 0;
};

void Ribbon::DrawLines(uint64_t end) {
  const uint64_t step = style_.bytes_per_line;
  for (uint64_t at = section_.offset; at < end; at += step) {
    const Box box = {style_.left, LineTop(lines_),
                     Pixels(std::min(step, end - at)), style_.line_height};
    canvas_.Rect(box, kHatch);
    DrawOffset(lines_);
    ++lines_;
  }
}

void Ribbon::DrawPiece(const Piece& piece) {
  const TensorDescription& tensor = *piece.tensor;
  const Color color = coloring_.Of(tensor);
  const double height = style_.line_height / static_cast<double>(piece.lanes);
  canvas_.BeginGroup(TensorTooltip(tensor));
  Box widest;
  for (uint64_t at = piece.begin; at < piece.end;) {
    const uint64_t line = (at - section_.offset) / style_.bytes_per_line;
    const uint64_t line_begin = section_.offset + line * style_.bytes_per_line;
    const uint64_t end =
        std::min(piece.end, line_begin + style_.bytes_per_line);
    const Box box = {style_.left + Pixels(at - line_begin),
                     LineTop(line) + static_cast<double>(piece.lane) * height,
                     std::max(Pixels(end - at), kMinWidth), height};
    canvas_.Rect(box, Paint::Of(color));
    DrawSeparators(piece, box, color, end == piece.end);
    if (box.width > widest.width) widest = box;
    at = end;
  }
  const std::string label = Label(tensor.name, widest.width);
  if (!label.empty()) {
    canvas_.Text(widest.x + widest.width / 2,
                 widest.y + widest.height / 2 + 3.5, label,
                 color.IsDark() ? TextStyle::kOnDark : TextStyle::kOnLight,
                 Canvas::Anchor::kMiddle);
  }
  canvas_.EndGroup();
}

// Lines where the tensor ends, but not where only the line does: white between
// extents, faint within a fused group.
void Ribbon::DrawSeparators(const Piece& piece, const Box& box, Color color,
                            bool is_end) {
  const Paint inner = Paint::Of(color.Lighter(kInnerLighter));
  if (piece.lane != 0) {
    canvas_.Rect({box.x, box.y, box.width, kSeparator}, inner);
  }
  if (!is_end || box.width < kSeparatorFrom) return;
  canvas_.Rect({box.x + box.width - kSeparator, box.y, kSeparator, box.height},
               piece.last_of_group ? kPage : inner);
}

void Ribbon::DrawTail(uint64_t begin) {
  const uint64_t size = section_.offset + section_.size - begin;
  if (size == 0) return;
  const uint64_t in_line = (begin - section_.offset) % style_.bytes_per_line;
  const uint64_t rest = in_line == 0 ? 0 : style_.bytes_per_line - in_line;
  uint64_t line = lines_ - 1;
  Box box = {style_.left + Pixels(in_line), LineTop(line), Pixels(rest),
             style_.line_height};
  if (size <= rest) {
    box.width = Pixels(size);
    canvas_.Rect(box, kHatch);
    return;
  }
  if (box.width > 0) canvas_.Rect(box, kHatch);
  if (box.width < kCutPaddingWidth) {
    line = lines_++;
    box = {style_.left, LineTop(line), style_.width, style_.line_height};
    canvas_.Rect(box, kHatch);
    DrawOffset(line);
  }
  const double middle = box.x + box.width / 2;
  const double text_width = kCutPaddingWidth - 40;
  canvas_.Rect({middle - text_width / 2, box.y + 4, text_width, box.height - 8},
               kPage, 9);
  canvas_.Text(middle, box.y + box.height / 2 + 4,
               absl::StrCat(HumanBytes(size),
                            " of padding to the section's end, cut here"),
               TextStyle::kOffset, Canvas::Anchor::kMiddle);
}

}  // namespace

std::string TensorTooltip(const TensorDescription& tensor) {
  std::string text = absl::StrCat(tensor.name, "\n", tensor.type, "  ",
                                  ShapeText(tensor.shape), "  ", tensor.layout,
                                  "\noffset ", WithCommas(tensor.offset), ", ",
                                  WithCommas(tensor.bytes), " bytes");
  if (!tensor.group.empty()) {
    absl::StrAppend(&text, "\nfused in ", tensor.group,
                    tensor.alternates ? ", alternating by row tile" : "");
  }
  if (tensor.error.has_value()) {
    absl::StrAppend(&text, "\n",
                    absl::StrFormat("from %s, SNR %.1f dB", tensor.source_type,
                                    tensor.error->snr_db));
  }
  return text;
}

uint64_t BytesPerLine(const FileDescription& file, uint64_t lines) {
  uint64_t used = 0;
  for (const SectionDescription& section : file.sections) used += section.used;
  uint64_t bytes = kMinBytesPerLine;
  while (bytes < used / lines && bytes < uint64_t{1} << 62) bytes *= 2;
  return bytes;
}

double DrawSectionRibbon(const FileDescription& file, size_t index, double top,
                         const RibbonStyle& style, const MapColoring& coloring,
                         Canvas* canvas) {
  const SectionDescription& section = file.sections[index];
  const std::vector<Piece> pieces = PiecesOf(file, index);
  uint64_t used_end = section.offset;
  for (const Piece& piece : pieces) used_end = std::max(used_end, piece.end);
  Ribbon ribbon(section, top, style, coloring, canvas);
  ribbon.DrawLines(std::max(used_end, section.offset + 1));
  for (const Piece& piece : pieces) ribbon.DrawPiece(piece);
  ribbon.DrawTail(used_end);
  return ribbon.bottom();
}

}  // namespace tessera
