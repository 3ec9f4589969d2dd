// Text as the bytes that parsers take.
#ifndef TESTS_TESTING_AS_BYTES_H_
#define TESTS_TESTING_AS_BYTES_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

// Refers to `text`.
inline absl::Span<const uint8_t> AsBytes(absl::string_view text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()),
                             text.size());
}

}  // namespace tessera

#endif  // TESTS_TESTING_AS_BYTES_H_
