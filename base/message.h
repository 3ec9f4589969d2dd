// What tools say on stderr: one line for each thing, whatever it holds.
#ifndef BASE_MESSAGE_H_
#define BASE_MESSAGE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

// No message is longer.
inline constexpr size_t kMostMessageBytes = 600;

// Prints `text` to stderr as one line that is fit for a terminal and has at
// most kMostMessageBytes and its end (see ShortPrintable). Every error, warning
// and note goes through it, so that names from files may stand in them as they
// are.
void PrintMessage(absl::string_view text);

// `messages` without what occurs twice, and of messages of one kind, which
// differ in names and numbers only, the first `most`; the last of a kind that
// has more says how many it stands for.
std::vector<std::string> FewOfEachKind(absl::Span<const std::string> messages,
                                       size_t most);

}  // namespace tessera

#endif  // BASE_MESSAGE_H_
