// How large the tensors of a model are to be.
#ifndef CONVERTER_QUANTIZE_SIZE_TARGET_H_
#define CONVERTER_QUANTIZE_SIZE_TARGET_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// An upper bound for the bytes of all tensors together, without the paddings
// and the rest of the file.
struct SizeTarget {
  std::string option;  // "target_bpw" or "target_size"
  std::string value;   // as given
  // One of them is positive.
  double bits_per_weight = 0;
  uint64_t bytes = 0;

  // "4.5": 8 * bytes / weights, over all tensors, as llama-quantize prints it.
  // InvalidArgument for anything but a number above 0 and up to 64.
  static absl::StatusOr<SizeTarget> ParseBitsPerWeight(absl::string_view text);

  // As ParseByteSize: "4.2G", "700 MB", "1.5GiB", "123456". InvalidArgument for
  // anything else, and for less than one byte.
  static absl::StatusOr<SizeTarget> ParseBytes(absl::string_view text);

  // The bound for a model of so many weights.
  uint64_t BytesFor(uint64_t weights) const;
};

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_SIZE_TARGET_H_
