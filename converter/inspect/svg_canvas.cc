#include "converter/inspect/svg_canvas.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "formats/json/message_utf8.h"

namespace tessera {
namespace {

constexpr char kReplacement[] = "\xef\xbf\xbd";

// Labels stand on colours that are the same on every page.
constexpr char kStyle[] =
    R"(text { font-family: Inter, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
       fill: #1e293b; }
.title { font-size: 22px; font-weight: 600; }
.subtitle { font-size: 13px; fill: #64748b; }
.heading { font-size: 15px; font-weight: 600; }
.name { font-size: 12.5px; font-weight: 600; }
.value { font-size: 12.5px; fill: #64748b; }
.offset { font-size: 11px; fill: #64748b; }
.on-dark, .on-light { font-size: 11px; pointer-events: none; }
.on-dark { fill: #ffffff; }
.on-light { fill: #0f172a; }
.page { fill: #ffffff; }
.ink { fill: #1e293b; }
.gap { fill: #f1f5f9; }
.stripe { fill: #cbd5e1; }
rect { shape-rendering: crispEdges; }
.tensor:hover rect { stroke: #0f172a; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
text { fill: #e2e8f0; }
.subtitle, .value, .offset { fill: #94a3b8; }
.on-dark { fill: #ffffff; }
.on-light { fill: #0f172a; }
.page { fill: #0d1117; }
.ink { fill: #cbd5e1; }
.gap { fill: #1b2430; }
.stripe { fill: #3b4757; }
.tensor:hover rect { stroke: #f8fafc; }
}
)";

constexpr char kDefinitions[] =
    R"svg(<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect class="gap" width="6" height="6"/><rect class="stripe" width="1.4" height="6"/>
</pattern>
)svg";

// Two decimals at most: a hundredth of a pixel is nothing.
std::string Number(double value) {
  std::string text = absl::StrFormat("%.2f", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

absl::string_view AnchorText(Canvas::Anchor anchor) {
  switch (anchor) {
    case Canvas::Anchor::kMiddle:
      return " text-anchor=\"middle\"";
    case Canvas::Anchor::kEnd:
      return " text-anchor=\"end\"";
    default:
      return "";
  }
}

std::string PaintText(const Paint& paint) {
  switch (paint.kind) {
    case Paint::Kind::kColor:
      return absl::StrCat("fill=\"", paint.color.Hex(), "\"");
    case Paint::Kind::kPage:
      return "class=\"page\"";
    case Paint::Kind::kInk:
      return "class=\"ink\"";
    case Paint::Kind::kHatch:
      return "fill=\"url(#hatch)\"";
  }
  return "";
}

absl::string_view ClassOf(TextStyle style) {
  switch (style) {
    case TextStyle::kTitle:
      return "title";
    case TextStyle::kSubtitle:
      return "subtitle";
    case TextStyle::kHeading:
      return "heading";
    case TextStyle::kName:
      return "name";
    case TextStyle::kValue:
      return "value";
    case TextStyle::kOffset:
      return "offset";
    case TextStyle::kOnDark:
      return "on-dark";
    case TextStyle::kOnLight:
      return "on-light";
  }
  return "";
}

}  // namespace

std::string EscapeXml(absl::string_view text) {
  std::string escaped;
  for (char c : AsUtf8(std::string(text))) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          escaped += kReplacement;
        } else {
          escaped += c;
        }
    }
  }
  return escaped;
}

void SvgCanvas::Rect(const Box& box, const Paint& paint, double radius) {
  absl::StrAppend(&body_, "<rect x=\"", Number(box.x), "\" y=\"", Number(box.y),
                  "\" width=\"", Number(box.width), "\" height=\"",
                  Number(box.height), "\" ", PaintText(paint));
  if (radius > 0) absl::StrAppend(&body_, " rx=\"", Number(radius), "\"");
  absl::StrAppend(&body_, "/>\n");
}

void SvgCanvas::Text(double x, double y, absl::string_view text,
                     TextStyle style, Anchor anchor) {
  absl::StrAppend(&body_, "<text x=\"", Number(x), "\" y=\"", Number(y),
                  "\" class=\"", ClassOf(style), "\"", AnchorText(anchor), ">",
                  EscapeXml(text), "</text>\n");
}

void SvgCanvas::BeginGroup(absl::string_view title) {
  absl::StrAppend(&body_, "<g class=\"tensor\"><title>", EscapeXml(title),
                  "</title>\n");
}

void SvgCanvas::EndGroup() { absl::StrAppend(&body_, "</g>\n"); }

std::string SvgCanvas::Finish(double width, double height) const {
  const std::string w = Number(width);
  const std::string h = Number(height);
  return absl::StrCat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", w, "\" height=\"",
      h, "\" viewBox=\"0 0 ", w, " ", h, "\">\n<style>\n", kStyle,
      "</style>\n<defs>\n", kDefinitions,
      "</defs>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n", body_,
      "</svg>\n");
}

}  // namespace tessera
