// Rules that spell a piece otherwise before it is split further.
#ifndef RUNTIME_TOKENIZER_SPELLING_RULES_H_
#define RUNTIME_TOKENIZER_SPELLING_RULES_H_

#include <memory>

#include "formats/arena/tokenizer.pb.h"
#include "runtime/tokenizer/split_rule.h"

namespace tessera {

// A space before a piece that starts with none.
std::unique_ptr<SplitRule> MakePrefixSpaceRule();

// Other characters for spaces, and one in front; `step` has been checked.
std::unique_ptr<SplitRule> MakeMetaspaceRule(const SplitStep::Metaspace& step);

// Bytes spelled as characters (byte_level.h).
std::unique_ptr<SplitRule> MakeByteLevelRule();

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_SPELLING_RULES_H_
