// The prompts of a file.
#ifndef RUNTIME_LLM_PROMPT_LIST_H_
#define RUNTIME_LLM_PROMPT_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

struct ListedPrompt {
  int64_t line = 0;                  // of the file, from 1
  absl::StatusOr<std::string> text;  // DataLoss for a line that has none
};

// One prompt per line; empty lines are left out. If the first line that is not
// empty begins with "{", each line is a JSON object whose "prompt" is one, and
// other members are left alone. Otherwise lines are texts as they stand, with
// \n and so on replaced if `unescape`.
std::vector<ListedPrompt> ReadPromptList(absl::string_view file, bool unescape);

}  // namespace tessera

#endif  // RUNTIME_LLM_PROMPT_LIST_H_
