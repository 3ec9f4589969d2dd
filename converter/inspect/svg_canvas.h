// Draws as the text of an SVG picture.
#ifndef CONVERTER_INSPECT_SVG_CANVAS_H_
#define CONVERTER_INSPECT_SVG_CANVAS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "converter/inspect/canvas.h"

namespace tessera {

// A picture that needs nothing else, dark where the reader's pages are. Text is
// escaped. Equal calls give equal bytes.
class SvgCanvas : public Canvas {
 public:
  void Rect(const Box& box, const Paint& paint, double radius = 0) override;
  void Text(double x, double y, absl::string_view text, TextStyle style,
            Anchor anchor = Anchor::kStart) override;
  void BeginGroup(absl::string_view title) override;
  void EndGroup() override;
  std::string Finish(double width, double height) const override;

 private:
  std::string body_;
};

// `text` with the five characters that XML reserves escaped. Characters that
// XML does not allow at all become U+FFFD.
std::string EscapeXml(absl::string_view text);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_SVG_CANVAS_H_
