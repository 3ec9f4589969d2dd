#include "converter/inspect/type_palette.h"

#include <cmath>

#include "absl/strings/str_format.h"

namespace tessera {
namespace {

struct Entry {
  absl::string_view type;
  Color color;
};

constexpr Entry kPalette[] = {
    {"F64", {0x33, 0x41, 0x55}},     {"F32", {0x5b, 0x6b, 0x82}},
    {"F16", {0x3b, 0x7d, 0xb8}},     {"BF16", {0x6a, 0xaf, 0xd6}},
    {"Q8_0", {0x1f, 0x9a, 0x7d}},    {"INT8", {0x6c, 0xb9, 0x4e}},
    {"I8", {0x6c, 0xb9, 0x4e}},      {"F8_E4M3", {0x4f, 0xb3, 0xa6}},
    {"F8_E5M2", {0x7f, 0xc9, 0xbf}}, {"Q6_K", {0x6d, 0x5b, 0xb5}},
    {"Q5_K", {0xa0, 0x6c, 0xc4}},    {"Q5_0", {0xc2, 0x7b, 0xb9}},
    {"Q5_1", {0xd6, 0x9c, 0xcb}},    {"Q4_K", {0xf0, 0xa2, 0x3a}},
    {"Q4_0", {0xe8, 0x6c, 0x45}},    {"Q4_1", {0xf2, 0xc1, 0x4e}},
    {"IQ4_NL", {0xd9, 0x4f, 0x6b}},  {"IQ4_XS", {0xe8, 0x8b, 0x9c}},
    {"MXFP4", {0xc9, 0x8a, 0x1b}},   {"NVFP4", {0xe0, 0xb6, 0x5c}},
    {"Q3_K", {0xa6, 0x6a, 0x3f}},    {"Q2_K", {0x7d, 0x4b, 0x2a}},
    {"TQ1_0", {0x8c, 0x7a, 0x5e}},   {"TQ2_0", {0xb3, 0xa1, 0x84}},
};

constexpr Color kOther = {0x94, 0x8d, 0x86};

uint8_t Mix(uint8_t channel, double amount) {
  return static_cast<uint8_t>(std::lround(channel + (255 - channel) * amount));
}

}  // namespace

std::string Color::Hex() const {
  return absl::StrFormat("#%02x%02x%02x", red, green, blue);
}

Color Color::Lighter(double amount) const {
  return {Mix(red, amount), Mix(green, amount), Mix(blue, amount)};
}

// ITU-R BT.601 luma.
bool Color::IsDark() const {
  return 0.299 * red + 0.587 * green + 0.114 * blue < 150;
}

Color ColorOfType(absl::string_view type_name) {
  for (const Entry& entry : kPalette) {
    if (entry.type == type_name) return entry.color;
  }
  return kOther;
}

}  // namespace tessera
