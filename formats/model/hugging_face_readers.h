// Which models of Hugging Face's read a key of config.json that others do not.
#ifndef FORMATS_MODEL_HUGGING_FACE_READERS_H_
#define FORMATS_MODEL_HUGGING_FACE_READERS_H_

#include "absl/strings/string_view.h"
#include "formats/json/json_document.h"

namespace tessera {

// True if the class of `model_type` reads `key`, which is one that
// ParseHuggingFaceConfig reads for some. What is not listed, all read.
bool ReadsConfigKey(absl::string_view model_type, absl::string_view key);

// True if `value` says that there is nothing like `key`, so that it does not
// matter that a model does not read it.
bool SaysNothing(absl::string_view key, JsonValue value);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_READERS_H_
