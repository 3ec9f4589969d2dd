#include "converter/inspect/png_canvas.h"

#include <cmath>
#include <utility>

#include "base/utf8.h"
#include "converter/inspect/glyphs.h"
#include "converter/inspect/pixel_image.h"

namespace tessera {
namespace {

constexpr double kDots = 2;  // of a pixel
constexpr double kRowsOfCapitals = 6;

// Colours of a light page, as svg_canvas.cc has them.
constexpr Color kPage = {0xff, 0xff, 0xff};
constexpr Color kInk = {0x1e, 0x29, 0x3b};
constexpr Color kPale = {0x64, 0x74, 0x8b};
constexpr Color kGap = {0xf1, 0xf5, 0xf9};
constexpr Color kStripe = {0xcb, 0xd5, 0xe1};

struct Font {
  double size;  // as of a font with such capitals
  bool bold;
  Color color;
};

Font FontOf(TextStyle style) {
  switch (style) {
    case TextStyle::kTitle:
      return {20, true, kInk};
    case TextStyle::kSubtitle:
      return {13, false, kPale};
    case TextStyle::kHeading:
      return {15, true, kInk};
    case TextStyle::kName:
      return {12.5, true, kInk};
    case TextStyle::kValue:
      return {12.5, false, kPale};
    case TextStyle::kOffset:
      return {11, false, kPale};
    case TextStyle::kOnDark:
      return {11, false, kPage};
    case TextStyle::kOnLight:
      return {11, false, kInk};
  }
  return {12.5, false, kInk};
}

// In dots: of a row and a column of the font, and of a stroke.
double UnitY(const Font& font) {
  return font.size * kDots * 0.7 / kRowsOfCapitals;
}
double UnitX(const Font& font) {
  return font.size * kDots * 0.52 / kGlyphAdvance;
}
double Thickness(const Font& font) {
  return font.size * kDots * (font.bold ? 0.125 : 0.085);
}

Color ColorOf(const Paint& paint) {
  switch (paint.kind) {
    case Paint::Kind::kPage:
      return kPage;
    case Paint::Kind::kInk:
      return kInk;
    default:
      return paint.color;
  }
}

// What is no UTF-8 becomes boxes.
std::u32string Characters(absl::string_view text) {
  std::u32string characters;
  while (!text.empty()) {
    const size_t size = Utf8CharSize(text);
    characters += size == 0 ? U'\uFFFD' : DecodeUtf8(text, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return characters;
}

void DrawText(const std::u32string& text, TextStyle style, double x, double y,
              PixelImage* image) {
  const Font font = FontOf(style);
  const double top = y * kDots - kGlyphBaseline * UnitY(font);
  double left = x * kDots;
  for (const char32_t character : text) {
    image->DrawGlyph(character, left, top, UnitX(font), UnitY(font),
                     Thickness(font), font.color);
    left += kGlyphAdvance * UnitX(font);
  }
}

}  // namespace

void PngCanvas::Rect(const Box& box, const Paint& paint, double radius) {
  elements_.push_back({box, paint, radius, {}, {}, false});
}

void PngCanvas::Text(double x, double y, absl::string_view text,
                     TextStyle style, Anchor anchor) {
  Element element;
  element.text = Characters(text);
  element.style = style;
  element.is_text = true;
  const double width = static_cast<double>(element.text.size()) *
                       kGlyphAdvance * UnitX(FontOf(style)) / kDots;
  if (anchor == Anchor::kMiddle) x -= width / 2;
  if (anchor == Anchor::kEnd) x -= width;
  element.box = {x, y, width, 0};
  elements_.push_back(std::move(element));
}

std::string PngCanvas::Finish(double width, double height) const {
  PixelImage image(static_cast<int>(std::ceil(width * kDots)),
                   static_cast<int>(std::ceil(height * kDots)), kPage);
  for (const Element& element : elements_) {
    if (element.is_text) {
      DrawText(element.text, element.style, element.box.x, element.box.y,
               &image);
      continue;
    }
    const Box dots = {element.box.x * kDots, element.box.y * kDots,
                      element.box.width * kDots, element.box.height * kDots};
    if (element.paint.kind == Paint::Kind::kHatch) {
      image.HatchBox(dots, kGap, kStripe);
    } else {
      image.FillBox(dots, ColorOf(element.paint), element.radius * kDots);
    }
  }
  return image.AsPng();
}

}  // namespace tessera
