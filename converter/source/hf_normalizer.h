// The normalizer of a tokenizer.json.
#ifndef CONVERTER_SOURCE_HF_NORMALIZER_H_
#define CONVERTER_SOURCE_HF_NORMALIZER_H_

#include "absl/status/status.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/json/json_document.h"

namespace tessera {

// Appends the steps of the member "normalizer" of `tokenizer`, the root of a
// tokenizer.json, to `data`. Read are Prepend, Replace, NFC, NFD, NFKC, NFKD,
// Lowercase, Strip, StripAccents, Nmt, Precompiled and Sequence. Unimplemented,
// naming it, for any other (BertNormalizer, ByteLevel); DataLoss for a step
// without what it needs.
absl::Status ReadHfNormalizer(JsonValue tokenizer, TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_NORMALIZER_H_
