// Values of GGUF metadata for people.
#ifndef FORMATS_GGUF_GGUF_VALUE_TEXT_H_
#define FORMATS_GGUF_GGUF_VALUE_TEXT_H_

#include <string>

#include "formats/gguf/gguf_value.h"

namespace tessera {

// A number with all the digits that tell it from others, "true", a string as it
// is, or "[1, 2, 3]"; of long arrays the first elements and their number.
std::string GgufValueText(const GgufValue& value);

}  // namespace tessera

#endif  // FORMATS_GGUF_GGUF_VALUE_TEXT_H_
