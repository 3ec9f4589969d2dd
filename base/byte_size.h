// Sizes as people type them.
#ifndef BASE_BYTE_SIZE_H_
#define BASE_BYTE_SIZE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Bytes in `text`: a number, perhaps with a fraction, and perhaps a unit: k, M,
// G, T (with or without B: powers of 1000) or Ki, Mi, Gi, Ti (powers of 1024).
// "256MiB", "4.2G", "1048576". InvalidArgument for anything else, and for what
// is beyond 2^63.
absl::StatusOr<uint64_t> ParseByteSize(absl::string_view text);

// A flag's value: ABSL_FLAG(ByteSize, max_memory, ByteSize{256 << 20}, "...").
struct ByteSize {
  uint64_t bytes = 0;
};

// For Abseil's flags.
bool AbslParseFlag(absl::string_view text, ByteSize* size, std::string* error);
std::string AbslUnparseFlag(ByteSize size);

}  // namespace tessera

#endif  // BASE_BYTE_SIZE_H_
