// Draws as the bytes of a PNG picture.
#ifndef CONVERTER_INSPECT_PNG_CANVAS_H_
#define CONVERTER_INSPECT_PNG_CANVAS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "converter/inspect/canvas.h"

namespace tessera {

// Two dots for each pixel, on a white page. A PNG has no tooltips. Equal calls
// give equal bytes with one version of libpng and zlib. Finish returns "" where
// the system has no memory for the picture.
class PngCanvas : public Canvas {
 public:
  void Rect(const Box& box, const Paint& paint, double radius = 0) override;
  void Text(double x, double y, absl::string_view text, TextStyle style,
            Anchor anchor = Anchor::kStart) override;
  void BeginGroup(absl::string_view) override {}
  void EndGroup() override {}
  std::string Finish(double width, double height) const override;

 private:
  // A box, or a line of text that begins at its left on the baseline y.
  struct Element {
    Box box;
    Paint paint;
    double radius = 0;
    std::u32string text;
    TextStyle style = TextStyle::kValue;
    bool is_text = false;
  };
  std::vector<Element> elements_;
};

}  // namespace tessera

#endif  // CONVERTER_INSPECT_PNG_CANVAS_H_
