#include "base/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace tessera {
namespace {

// Whole numbers beyond it are not all doubles.
constexpr double kMaxExact = 9007199254740992.0;  // 2^53

template <typename T>
std::string TextOf(T value) {
  if (std::isnan(value)) return "nan";
  const double wide = static_cast<double>(value);
  if (std::trunc(wide) == wide && std::abs(wide) <= kMaxExact) {
    if (wide == 0 && std::signbit(wide)) return "-0";
    return std::to_string(static_cast<int64_t>(wide));
  }
  char text[40];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}

}  // namespace

std::string NumberText(float value) { return TextOf(value); }

std::string NumberText(double value) { return TextOf(value); }

}  // namespace tessera
