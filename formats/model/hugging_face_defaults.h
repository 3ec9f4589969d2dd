// What config.json leaves unsaid, by model_type.
#ifndef FORMATS_MODEL_HUGGING_FACE_DEFAULTS_H_
#define FORMATS_MODEL_HUGGING_FACE_DEFAULTS_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace tessera {

// The value that transformers gives `key`, a field of config_fields.inc or
// another key that is read, of models of `model_type`, if a config.json does
// not have it; nullopt if that is what it is for most.
std::optional<double> HuggingFaceDefault(absl::string_view model_type,
                                         absl::string_view key);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_DEFAULTS_H_
