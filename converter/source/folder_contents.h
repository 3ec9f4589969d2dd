// What a folder holds that has no .safetensors file.
#ifndef CONVERTER_SOURCE_FOLDER_CONTENTS_H_
#define CONVERTER_SOURCE_FOLDER_CONTENTS_H_

#include <string>

#include "absl/status/status.h"

namespace tessera {

// An error that says what is in `folder` instead of weights that can be read,
// and what to do: weights in another format (Unimplemented), a GGUF file or a
// model in a folder below (InvalidArgument), or nothing of the kind, or a
// download that is not complete (NotFound).
absl::Status FolderWithoutWeights(const std::string& folder);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_FOLDER_CONTENTS_H_
