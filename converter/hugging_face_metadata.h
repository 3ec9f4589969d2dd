// The metadata of a GGUF file that is made from a Hugging Face folder.
#ifndef CONVERTER_HUGGING_FACE_METADATA_H_
#define CONVERTER_HUGGING_FACE_METADATA_H_

#include <optional>

#include "converter/source/weight_source.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// What llama.cpp's converter writes about the model and the tokenizer of
// `arena`: general.*, the keys of the architecture, tokenizer.*. `file_type` is
// general.file_type, if there is a number for it.
//
// general.name is the configuration's, if it is the name of a model and no
// path, or else that of the folder; of an arena, which does not know it, that
// of its file. What stands in the configuration and has no key in GGUF,
// llama.cpp does not have either; but Mistral's window is written, which its
// converter drops.
GgufMetadata HuggingFaceMetadata(const WeightSource& arena,
                                 std::optional<uint32_t> file_type);

}  // namespace tessera

#endif  // CONVERTER_HUGGING_FACE_METADATA_H_
