// The rules that SplitSteps are made of.
#ifndef RUNTIME_TOKENIZER_SPLIT_RULES_H_
#define RUNTIME_TOKENIZER_SPLIT_RULES_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/tokenizer/split_rule.h"

namespace tessera {

// Appends the rules of `step`. If it spells bytes as characters, the last rule
// does that. DataLoss if the step is damaged; Unimplemented for one that is not
// known, and for a regular expression that cannot be translated.
absl::Status AppendSplitRules(const SplitStep& step,
                              std::vector<std::unique_ptr<SplitRule>>* rules);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_SPLIT_RULES_H_
