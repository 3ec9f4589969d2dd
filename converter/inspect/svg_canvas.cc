#include "converter/inspect/svg_canvas.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "formats/json/message_utf8.h"

namespace tessera {
namespace {

constexpr char kReplacement[] = "\xef\xbf\xbd";

// Two decimals at most: a hundredth of a pixel is nothing.
std::string Number(double value) {
  std::string text = absl::StrFormat("%.2f", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

absl::string_view AnchorText(SvgCanvas::Anchor anchor) {
  switch (anchor) {
    case SvgCanvas::Anchor::kMiddle:
      return " text-anchor=\"middle\"";
    case SvgCanvas::Anchor::kEnd:
      return " text-anchor=\"end\"";
    default:
      return "";
  }
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

void SvgCanvas::Rect(const Box& box, absl::string_view fill, double radius) {
  absl::StrAppend(&body_, "<rect x=\"", Number(box.x), "\" y=\"", Number(box.y),
                  "\" width=\"", Number(box.width), "\" height=\"",
                  Number(box.height), "\" fill=\"", fill, "\"");
  if (radius > 0) absl::StrAppend(&body_, " rx=\"", Number(radius), "\"");
  absl::StrAppend(&body_, "/>\n");
}

void SvgCanvas::Text(double x, double y, absl::string_view text,
                     absl::string_view css_class, Anchor anchor) {
  absl::StrAppend(&body_, "<text x=\"", Number(x), "\" y=\"", Number(y),
                  "\" class=\"", css_class, "\"", AnchorText(anchor), ">",
                  EscapeXml(text), "</text>\n");
}

void SvgCanvas::BeginGroup(absl::string_view css_class,
                           absl::string_view title) {
  absl::StrAppend(&body_, "<g class=\"", css_class, "\"><title>",
                  EscapeXml(title), "</title>\n");
}

void SvgCanvas::EndGroup() { absl::StrAppend(&body_, "</g>\n"); }

std::string SvgCanvas::Document(double width, double height,
                                absl::string_view style,
                                absl::string_view definitions) const {
  const std::string w = Number(width);
  const std::string h = Number(height);
  return absl::StrCat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", w, "\" height=\"",
      h, "\" viewBox=\"0 0 ", w, " ", h, "\">\n<style>\n", style,
      "</style>\n<defs>\n", definitions,
      "</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
      body_, "</svg>\n");
}

}  // namespace tessera
