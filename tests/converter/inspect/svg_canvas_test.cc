#include "converter/inspect/svg_canvas.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(SvgCanvasTest, Elements) {
  SvgCanvas canvas;
  canvas.BeginGroup("tensor", "a < b");
  canvas.Rect({1, 2.5, 100, 0.126}, "#ffffff");
  canvas.Rect({0, 0, 1, 1}, "url(#hatch)", 3);
  canvas.Text(5, 6, "x & y", "label", SvgCanvas::Anchor::kEnd);
  canvas.EndGroup();
  EXPECT_EQ(
      canvas.Document(10, 20, "s{}\n", "<d/>\n"),
      R"svg(<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20" viewBox="0 0 10 20">
<style>
s{}
</style>
<defs>
<d/>
</defs>
<rect width="100%" height="100%" fill="#ffffff"/>
<g class="tensor"><title>a &lt; b</title>
<rect x="1" y="2.5" width="100" height="0.13" fill="#ffffff"/>
<rect x="0" y="0" width="1" height="1" fill="url(#hatch)" rx="3"/>
<text x="5" y="6" class="label" text-anchor="end">x &amp; y</text>
</g>
</svg>
)svg");
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
