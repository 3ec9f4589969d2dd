// What SentencePiece does to a text, as the steps of a TokenizerData.
#ifndef CONVERTER_SOURCE_SENTENCEPIECE_STEPS_H_
#define CONVERTER_SOURCE_SENTENCEPIECE_STEPS_H_

#include <string>

#include "formats/arena/tokenizer.pb.h"

namespace tessera {

struct SentencepieceNormalization {
  std::string charsmap;       // precompiled_charsmap, or empty
  bool extra_spaces = false;  // are removed
  bool space_prefix = false;  // a space before the text
};

// Appends the normalizer and decoder of a Unigram model to `data`.
void AppendSentencepieceSteps(const SentencepieceNormalization& normalization,
                              TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_SENTENCEPIECE_STEPS_H_
