// tokenizer.model: the file of SentencePiece.
#ifndef CONVERTER_SOURCE_SENTENCEPIECE_TOKENIZER_MODEL_H_
#define CONVERTER_SOURCE_SENTENCEPIECE_TOKENIZER_MODEL_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "converter/source/hf_vocabulary.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/tokenizer/sentencepiece_model.pb.h"

namespace tessera {

// Parses `bytes`. DataLoss if they are no model: no protocol buffer, no pieces,
// a piece that is empty or occurs twice, a score that is no number.
// Unimplemented, naming it, for what is not read: models WORD and CHAR, white
// space as suffix or not escaped, and a list of tokens of tiktoken under that
// name.
absl::StatusOr<sentencepiece::ModelProto> ParseSentencepieceModel(
    absl::string_view bytes);

// Adds the pieces of `model`, which must outlive the vocabulary, and sets in
// `data` what the model says besides: kind (SENTENCEPIECE of a BPE, UNIGRAM),
// normalizer, decoder, ids, byte_fallback, add_space_prefix. Nothing is put
// around a text.
void ReadSentencepieceModel(const sentencepiece::ModelProto& model,
                            HfVocabulary* vocabulary, TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_SENTENCEPIECE_TOKENIZER_MODEL_H_
