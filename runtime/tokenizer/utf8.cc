#include "runtime/tokenizer/utf8.h"

#include <cstdint>

namespace tessera {
namespace {

bool InRange(char c, uint8_t low, uint8_t high) {
  const uint8_t byte = static_cast<uint8_t>(c);
  return low <= byte && byte <= high;
}

bool IsContinuation(char c) { return InRange(c, 0x80, 0xBF); }

}  // namespace

size_t Utf8CharSize(absl::string_view text) {
  if (text.empty()) return 0;
  const uint8_t lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < size) return 0;
  // Only the second byte has limits that depend on the first.
  const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!InRange(text[1], low, high)) return 0;
  for (size_t i = 2; i < size; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  return size;
}

}  // namespace tessera
