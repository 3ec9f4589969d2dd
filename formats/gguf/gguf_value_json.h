// Values of GGUF metadata as JSON.
#ifndef FORMATS_GGUF_GGUF_VALUE_JSON_H_
#define FORMATS_GGUF_GGUF_VALUE_JSON_H_

#include "formats/gguf/gguf_value.h"
#include "formats/json/json_writer.h"

namespace tessera {

// Writes a number, true, a string, or an array with all its elements.
void WriteGgufValue(const GgufValue& value, JsonWriter* json);

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_VALUE_JSON_H_
