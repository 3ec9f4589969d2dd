// Colours of stored types, the same in every picture.
#ifndef CONVERTER_INSPECT_TYPE_PALETTE_H_
#define CONVERTER_INSPECT_TYPE_PALETTE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

struct Color {
  uint8_t red;
  uint8_t green;
  uint8_t blue;

  std::string Hex() const;  // "#4c78a8"

  // Mixed with white: 0 is this colour, 1 is white.
  Color Lighter(double amount) const;

  // True if white text on it reads better than black.
  bool IsDark() const;
};

// Float types are greys and blues, 8 bits green, 6 and 5 bits violet, 4 bits
// orange, fewer bits brown. Types without a place of their own share one.
Color ColorOfType(absl::string_view type_name);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_TYPE_PALETTE_H_
