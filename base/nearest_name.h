// The file that was meant, when a name was mistyped.
#ifndef BASE_NEAREST_NAME_H_
#define BASE_NEAREST_NAME_H_

#include <string>

#include "absl/status/status.h"

namespace tessera {

// What lies in the folder of `path` under nearly its name: in other case, with
// the end that is missing (.gguf, .safetensors, .arena), or with a letter or
// two that are missing, too many, wrong or swapped; empty if nothing does.
// Reads the folder.
std::string NearestName(const std::string& path);

// `status` of opening `path`, with what was probably meant if it is NotFound:
// "did you mean ...?" if there is such a file, and what to do with an address,
// a name at Hugging Face, "-" or "~". For files that users name.
absl::Status WithNearestName(const std::string& path,
                             const absl::Status& status);

}  // namespace tessera

#endif  // BASE_NEAREST_NAME_H_
