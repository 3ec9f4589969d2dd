// What to do about a model that cannot be one.
#ifndef CONVERTER_SOURCE_TENSORS_ONLY_H_
#define CONVERTER_SOURCE_TENSORS_ONLY_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tessera {

// `status`, of a model, with a hint to the flag that asks for none. OK stays
// OK.
inline absl::Status OrTensorsOnly(const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(
      status.code(),
      absl::StrCat(status.message(),
                   "; --tensors_only converts the tensors without a model"));
}

}  // namespace tessera

#endif  // CONVERTER_SOURCE_TENSORS_ONLY_H_
