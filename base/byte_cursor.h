// Bounds-checked forward reader of little-endian values over a byte span. The
// parsers of GGUF, safetensors and the arena header read through it.
#ifndef BASE_BYTE_CURSOR_H_
#define BASE_BYTE_CURSOR_H_

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

// Does not own the bytes. Every read either succeeds and advances, or returns
// false and leaves the position where it was. Not thread-safe.
class ByteCursor {
 public:
  explicit ByteCursor(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  uint64_t position() const { return position_; }
  uint64_t remaining() const { return bytes_.size() - position_; }

  // Reads a little-endian integer or IEEE float.
  template <typename T>
  bool Read(T* value) {
    static_assert(std::is_arithmetic_v<T>);
    if (remaining() < sizeof(T)) return false;
    std::memcpy(value, bytes_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return true;
  }

  // Points `bytes` at the next `size` bytes.
  bool ReadBytes(uint64_t size, absl::Span<const uint8_t>* bytes) {
    if (remaining() < size) return false;
    *bytes = bytes_.subspan(position_, size);
    position_ += size;
    return true;
  }

  // The same, viewed as text (no encoding is checked).
  bool ReadString(uint64_t size, absl::string_view* text) {
    absl::Span<const uint8_t> bytes;
    if (!ReadBytes(size, &bytes)) return false;
    *text = absl::string_view(reinterpret_cast<const char*>(bytes.data()),
                              bytes.size());
    return true;
  }

  bool Skip(uint64_t size) {
    if (remaining() < size) return false;
    position_ += size;
    return true;
  }

 private:
  absl::Span<const uint8_t> bytes_;
  uint64_t position_ = 0;
};

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "Tessera's formats are little-endian and read in place");

}  // namespace tessera

#endif  // BASE_BYTE_CURSOR_H_
