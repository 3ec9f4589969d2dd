// Keys of config.json that change no result.
#ifndef FORMATS_MODEL_HUGGING_FACE_KEYS_H_
#define FORMATS_MODEL_HUGGING_FACE_KEYS_H_

#include "absl/strings/string_view.h"
#include "formats/json/json_document.h"

namespace tessera {

// True if `key`, of an architecture that is described, is known to change no
// logit: it is about training, other outputs, how to generate or what the model
// was made with; or it has the value that switches off what it is about.
bool IsHarmlessConfigKey(absl::string_view key, JsonValue value);

// True for a key that says something of experts, and nothing of models that
// have none.
bool IsExpertConfigKey(absl::string_view key);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_KEYS_H_
