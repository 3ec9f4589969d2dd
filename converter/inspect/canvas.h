// What pictures of files are drawn on.
#ifndef CONVERTER_INSPECT_CANVAS_H_
#define CONVERTER_INSPECT_CANVAS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "converter/inspect/type_palette.h"

namespace tessera {

// In pixels.
struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

// A colour of its own, or one that goes with the page, which may be light or
// dark.
struct Paint {
  enum class Kind {
    kColor,
    kPage,   // the page itself
    kInk,    // what stands on it
    kHatch,  // bytes that nothing uses
  };
  Kind kind = Kind::kColor;
  Color color = {0, 0, 0};

  static Paint Of(Color color) { return {Kind::kColor, color}; }
};

enum class TextStyle {
  kTitle,
  kSubtitle,
  kHeading,
  kName,
  kValue,
  kOffset,
  kOnDark,   // a label within a dark box
  kOnLight,  // and a light one
};

// Elements are painted in the order of the calls. Not thread-safe.
class Canvas {
 public:
  enum class Anchor { kStart, kMiddle, kEnd };

  virtual ~Canvas() = default;

  virtual void Rect(const Box& box, const Paint& paint, double radius = 0) = 0;

  // `y` is the baseline. `text` is of any bytes.
  virtual void Text(double x, double y, absl::string_view text, TextStyle style,
                    Anchor anchor = Anchor::kStart) = 0;

  // What follows belongs to one thing, until EndGroup; where a picture can, it
  // shows `title` under the mouse.
  virtual void BeginGroup(absl::string_view title) = 0;
  virtual void EndGroup() = 0;

  // The picture of `width` x `height` pixels, as the bytes of a file.
  virtual std::string Finish(double width, double height) const = 0;
};

}  // namespace tessera

#endif  // CONVERTER_INSPECT_CANVAS_H_
