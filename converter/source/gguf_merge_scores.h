// Merges as scores: BPE told to readers that merge by score.
#ifndef CONVERTER_SOURCE_GGUF_MERGE_SCORES_H_
#define CONVERTER_SOURCE_GGUF_MERGE_SCORES_H_

#include <cstdint>
#include <vector>

#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// GGUF's tokenizer "llama" joins two neighbours if their texts together are a
// token, the token with the highest score first, the leftmost of equals. A BPE
// joins those that are listed, in the order of the list. The two agree if the
// list has all pairs that make one token in a row, and every pair that makes a
// token: so it is where the list was made of a SentencePiece model. (Of three
// neighbours whose left and right pair make the same token, "ond" "on" "don",
// readers join the left one, as SentencePiece does, even if the list has the
// right one first.)
struct MergeScores {
  // One per token. A token that merges make has minus the number of tokens that
  // are made before it; all others have a score below.
  std::vector<float> scores;

  // Pairs with which a reader would go another way: that make a token and are
  // not in the list, or whose place in it is between those of another token.
  uint64_t differing = 0;
};

// `tokenizer` is a BPE over characters (KIND_BPE).
MergeScores ScoresOfMerges(const TokenizerData& tokenizer);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_MERGE_SCORES_H_
