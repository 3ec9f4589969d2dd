// The model of a tokenizer.json: its tokens and how they are put together.
#ifndef CONVERTER_SOURCE_HF_MODEL_H_
#define CONVERTER_SOURCE_HF_MODEL_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "converter/source/hf_vocabulary.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/json/json_document.h"

namespace tessera {

// The member "model" of `tokenizer`. Unimplemented, naming it, for a type that
// is neither BPE nor Unigram, and for a BPE with dropout or with prefixes or
// suffixes of words.
absl::StatusOr<JsonValue> FindHfModel(JsonValue tokenizer);

// Adds the tokens of `model`, and sets in `data` what the model says besides:
// kind, ignore_merges, byte_fallback, fuse_unknown, unknown_id. The kind is
// byte-level if a step of data->split spells bytes.
absl::Status ReadHfModel(JsonValue model, HfVocabulary* vocabulary,
                         TokenizerData* data);

// Sets the merges of `data` from "merges" of `model`, a BPE. Of equal merges
// the last counts. DataLoss for one whose sides or result are no tokens.
absl::Status SetHfMerges(JsonValue model, const HfVocabulary& vocabulary,
                         TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_MODEL_H_
