// How tokens of a GGUF file are matched beyond what the file says.
#ifndef CONVERTER_SOURCE_GGUF_TOKEN_FLAGS_H_
#define CONVERTER_SOURCE_GGUF_TOKEN_FLAGS_H_

#include "formats/arena/tokenizer.pb.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// Sets token_flags of `data`, whose tokens are set, where llama.cpp knows by
// name that white space around a token belongs to it: behind most special
// tokens of models whose general.name has "phi-3" or "phi3" in it, and before
// the mask of some encoders. GGUF has no key for that.
void SetGgufTokenFlags(const GgufMetadata& metadata, TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_TOKEN_FLAGS_H_
