// Keys that a GGUF file may have, and that llama.cpp's converter leaves out.
#ifndef FORMATS_MODEL_LEAVE_OUT_UNSAID_H_
#define FORMATS_MODEL_LEAVE_OUT_UNSAID_H_

#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// `metadata`, of a whole file, without what its architecture leaves unsaid
// (Architecture::gguf_unsaid) and, unless `says_head_size`, without the size of
// a head. What ModelConfigFromGguf would not read the same without stays.
GgufMetadata LeaveOutUnsaid(GgufMetadata metadata, bool says_head_size);

}  // namespace tessera

#endif  // FORMATS_MODEL_LEAVE_OUT_UNSAID_H_
