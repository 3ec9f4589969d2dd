// Builds the text of an SVG picture.
#ifndef CONVERTER_INSPECT_SVG_CANVAS_H_
#define CONVERTER_INSPECT_SVG_CANVAS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

// Elements are painted in the order of the calls. Text is escaped; classes and
// fills are taken as they are. Not thread-safe.
class SvgCanvas {
 public:
  enum class Anchor { kStart, kMiddle, kEnd };

  void Rect(const Box& box, absl::string_view fill, double radius = 0);

  // `y` is the baseline. `css_class` selects font and colour.
  void Text(double x, double y, absl::string_view text,
            absl::string_view css_class, Anchor anchor = Anchor::kStart);

  // A group whose tooltip is `title`; what follows is in it until EndGroup.
  void BeginGroup(absl::string_view css_class, absl::string_view title);
  void EndGroup();

  // The document: `width` x `height` pixels, white, with style sheet and
  // definitions.
  std::string Document(double width, double height, absl::string_view style,
                       absl::string_view definitions) const;

 private:
  std::string body_;
};

// `text` with the five characters that XML reserves escaped. Characters that
// XML does not allow at all become U+FFFD.
std::string EscapeXml(absl::string_view text);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_SVG_CANVAS_H_
