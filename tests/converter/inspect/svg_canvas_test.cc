#include "converter/inspect/svg_canvas.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(SvgCanvasTest, Elements) {
  SvgCanvas canvas;
  canvas.BeginGroup("a < b");
  canvas.Rect({1, 2.5, 100, 0.126}, Paint::Of({0xff, 0, 0x10}));
  canvas.Rect({0, 0, 1, 1}, {Paint::Kind::kHatch}, 3);
  canvas.Rect({0, 0, 2, 2}, {Paint::Kind::kInk});
  canvas.Text(5, 6, "x & y", TextStyle::kOnDark, Canvas::Anchor::kEnd);
  canvas.EndGroup();
  const std::string svg = canvas.Finish(10, 20);
  EXPECT_EQ(svg.find("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" "
                     "height=\"20\" viewBox=\"0 0 10 20\">\n<style>\n"),
            0);
  EXPECT_EQ(svg.substr(svg.find("</defs>")),
            R"svg(</defs>
<rect class="page" width="100%" height="100%"/>
<g class="tensor"><title>a &lt; b</title>
<rect x="1" y="2.5" width="100" height="0.13" fill="#ff0010"/>
<rect x="0" y="0" width="1" height="1" fill="url(#hatch)" rx="3"/>
<rect x="0" y="0" width="2" height="2" class="ink"/>
<text x="5" y="6" class="on-dark" text-anchor="end">x &amp; y</text>
</g>
</svg>
)svg");
}

// Every class that is used has its colour on a light page and on a dark one.
TEST(SvgCanvasTest, DarkPages) {
  const std::string svg = SvgCanvas().Finish(1, 1);
  const size_t dark = svg.find("@media (prefers-color-scheme: dark)");
  ASSERT_NE(dark, std::string::npos);
  for (const char* rule :
       {"text {", ".subtitle", ".value", ".offset", ".on-dark", ".on-light",
        ".page", ".ink", ".gap", ".stripe"}) {
    EXPECT_LT(svg.find(rule), dark) << rule;
    EXPECT_NE(svg.find(rule, dark), std::string::npos) << rule;
  }
}

TEST(SvgCanvasTest, EscapesWhatXmlReservesOrForbids) {
  EXPECT_EQ(EscapeXml("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(EscapeXml(absl::string_view("a\0b\x1b\n", 5)),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd\n");
  EXPECT_EQ(EscapeXml("\xc3\xa9"), "\xc3\xa9");
}

}  // namespace
}  // namespace tessera
