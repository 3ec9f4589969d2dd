// The bytes of GGUF metadata values: their sizes, and a check that they are
// whole. GgufValue gives them meaning.
#ifndef FORMATS_GGUF_GGUF_ENCODING_H_
#define FORMATS_GGUF_GGUF_ENCODING_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/byte_cursor.h"
#include "formats/gguf/gguf_constants.h"

namespace tessera {

// "UINT8", "STRING", ... as in the specification.
absl::string_view GgufTypeName(GgufType type);

// Bytes of an encoded scalar, and the least that a STRING (its length) and an
// ARRAY (element type and count) take.
uint64_t GgufMinBytes(GgufType type);
inline constexpr uint64_t kGgufArrayHeaderBytes = 12;

// Moves `cursor` behind the value of type number `type` that starts there,
// having checked all of it: the type, lengths and counts against the bytes
// left, nested elements, and that a BOOL is 0 or 1. DataLoss if it is malformed
// or cut short, Unimplemented if arrays nest deeper than kGgufMaxArrayDepth;
// messages begin with the cursor's byte offset. Takes time linear in the bytes
// and allocates nothing.
absl::Status SkipGgufValue(uint32_t type, ByteCursor* cursor);

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_ENCODING_H_
