// What quantizing or a comparison has cost, as JSON.
#ifndef CONVERTER_INSPECT_ERROR_JSON_H_
#define CONVERTER_INSPECT_ERROR_JSON_H_

#include "converter/inspect/file_description.h"
#include "formats/json/json_writer.h"

namespace tessera {

// Writes the field "error" of the object that `json` is in.
void WriteErrorField(const ErrorDescription& error, JsonWriter* json);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_ERROR_JSON_H_
