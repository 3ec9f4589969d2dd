// Overflow-checked arithmetic for sizes and offsets that come from a file.
#ifndef BASE_CHECKED_MATH_H_
#define BASE_CHECKED_MATH_H_

#include <cstdint>
#include <optional>

namespace tessera {

// a + b, or nullopt if it does not fit in 64 bits.
inline std::optional<uint64_t> CheckedAdd(uint64_t a, uint64_t b) {
  uint64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

// a * b, or nullopt if it does not fit in 64 bits.
inline std::optional<uint64_t> CheckedMul(uint64_t a, uint64_t b) {
  uint64_t product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// `value` rounded up to a multiple of `alignment` (nonzero, not necessarily a
// power of two), or nullopt if that does not fit in 64 bits.
inline std::optional<uint64_t> CheckedRoundUp(uint64_t value,
                                              uint64_t alignment) {
  const uint64_t rest = value % alignment;
  if (rest == 0) return value;
  return CheckedAdd(value, alignment - rest);
}

// `value` rounded up to a multiple of `alignment`. For sizes that are already
// known to be small; sizes from a file use CheckedRoundUp.
constexpr uint64_t RoundUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

// ceil(a / b), b nonzero.
constexpr uint64_t CeilDiv(uint64_t a, uint64_t b) {
  return a / b + (a % b != 0);
}

// True if [offset, offset + size) lies within [0, limit).
constexpr bool ExtentFits(uint64_t offset, uint64_t size, uint64_t limit) {
  return offset <= limit && size <= limit - offset;
}

}  // namespace tessera

#endif  // BASE_CHECKED_MATH_H_
