// The fields of ModelConfig that stand in config.json under a key
// (config_fields.inc).
#ifndef FORMATS_MODEL_HUGGING_FACE_FIELDS_H_
#define FORMATS_MODEL_HUGGING_FACE_FIELDS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/json/json_document.h"
#include "formats/model/architecture.h"

namespace tessera {

// Sets the fields that models of `architecture` have, from the keys that their
// class reads, or to what their lack means. DataLoss, naming the key, for a
// value that cannot be and for one that is missing.
absl::Status ReadHuggingFaceFields(JsonValue config,
                                   const Architecture& architecture,
                                   ModelConfig* model);

// True if `config` says that there are no experts: a count that is 0, null or a
// list of zeros, and none that is not.
bool SaysNoExperts(JsonValue config);

// Of an architecture that is not described: what can be read. What a value
// means there, nobody knows.
void ReadHuggingFaceFieldsLeniently(JsonValue config, ModelConfig* model);

// True if `key` is one of a field's.
bool IsFieldKey(absl::string_view key);

// True if nothing is lost by what ReadHuggingFaceFields does with `key`, which
// is a field's: it was read; or another name of the field says the same; or it
// says that there is no such thing.
bool IsFieldKeyUnderstood(absl::string_view key, JsonValue value,
                          JsonValue config, const Architecture& architecture);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_FIELDS_H_
