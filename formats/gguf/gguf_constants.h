// Numbers of the GGUF format. The specification is ggml's docs/gguf.md; where
// it lags behind, ggml's own reader decides.
#ifndef FORMATS_GGUF_GGUF_CONSTANTS_H_
#define FORMATS_GGUF_GGUF_CONSTANTS_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace tessera {

// The types of metadata values. The numbers are stored in files and frozen.
enum class GgufType : uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};
inline constexpr uint32_t kGgufTypeCount = 13;

inline constexpr absl::string_view kGgufMagic("GGUF", 4);

// Versions 2 and 3 have the same little-endian bytes; 3 allows big-endian too.
// Version 1 has 32-bit lengths and was in use for a few weeks of 2023.
inline constexpr uint32_t kGgufOldestVersion = 2;
inline constexpr uint32_t kGgufNewestVersion = 3;

// Offsets of tensors are multiples of the alignment: this key, or the default.
inline constexpr absl::string_view kGgufAlignmentKey = "general.alignment";
inline constexpr uint32_t kGgufDefaultAlignment = 32;
// Our limit, a huge page: more would only let a small file ask for large ones.
inline constexpr uint32_t kGgufMaxAlignment = uint32_t{1} << 21;

inline constexpr uint64_t kGgufMaxKeyBytes = 65535;
inline constexpr uint64_t kGgufMaxTensorNameBytes = 64;
inline constexpr uint32_t kGgufMaxDimensions = 4;
// Our limit; the specification has none and real files do not nest at all.
inline constexpr int kGgufMaxArrayDepth = 4;

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_CONSTANTS_H_
