// One way to split a text, of which a Splitter has several.
#ifndef RUNTIME_TOKENIZER_SPLIT_RULE_H_
#define RUNTIME_TOKENIZER_SPLIT_RULE_H_

#include <deque>
#include <string>

#include "runtime/tokenizer/regex.h"
#include "runtime/tokenizer/split_behavior.h"

namespace tessera {

// What one thread needs while it splits one text.
struct SplitScratch {
  Regex::Scratch regex;
  // Texts that pieces refer to, besides the one that is split.
  std::deque<std::string> texts;
  bool is_utf8 = false;  // so is all that is split, at present
};

// Immutable and thread-safe. Bytes that are no UTF-8 are in no set of
// characters; to a regular expression, a run of them is a piece of its own and
// the text on either side stands alone.
class SplitRule {
 public:
  virtual ~SplitRule() = default;

  // Calls on_piece for each piece that becomes of `piece`, which is not empty.
  // Pieces refer to its text or to scratch->texts.
  virtual void Split(const Piece& piece, SplitScratch* scratch,
                     OnPiece on_piece) const = 0;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_SPLIT_RULE_H_
