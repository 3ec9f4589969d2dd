// The converter's errors, for users of programs that pack.
#ifndef APP_PACKING_ERROR_H_
#define APP_PACKING_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tessera {

// `status`, which packing `model` with this value of --quantize has given. If
// it advises to a flag that only convert has, the advice becomes the whole
// command; --tensors_only, of which nothing that runs can come, is left out. OK
// stays OK.
absl::Status PackingError(const absl::Status& status, absl::string_view model,
                          absl::string_view quantize);

}  // namespace tessera

#endif  // APP_PACKING_ERROR_H_
