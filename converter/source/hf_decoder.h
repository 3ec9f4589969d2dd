// The decoder of a tokenizer.json.
#ifndef CONVERTER_SOURCE_HF_DECODER_H_
#define CONVERTER_SOURCE_HF_DECODER_H_

#include "absl/status/status.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/json/json_document.h"

namespace tessera {

// Appends the steps of the member "decoder" of `tokenizer`, the root of a
// tokenizer.json, to `data`. Read are ByteLevel, ByteFallback, Fuse, Replace,
// Strip, Metaspace and Sequence. Unimplemented, naming it, for any other
// (BPEDecoder, WordPiece, CTC); DataLoss for a step without what it needs.
absl::Status ReadHfDecoder(JsonValue tokenizer, TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_DECODER_H_
