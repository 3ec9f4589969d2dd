// What the name of a damaged file says about how it got so.
#ifndef BASE_NAME_HINT_H_
#define BASE_NAME_HINT_H_

#include <string>

#include "absl/status/status.h"

namespace tessera {

// "the download is not finished" for the names that browsers and download
// programs give unfinished files, and for those beside which they keep such
// ones; how to join the pieces, for a piece of a file that was split
// (model.gguf.part1of2, model.gguf.aa); otherwise empty. Looks for files beside
// `path`.
std::string NameHint(const std::string& path);

// `status` of reading `path`, with the hint behind it if it says that the file
// is damaged or of no known kind.
absl::Status WithNameHint(const std::string& path, const absl::Status& status);

}  // namespace tessera

#endif  // BASE_NAME_HINT_H_
