// Whole files, written at once.
#ifndef BASE_WRITE_FILE_H_
#define BASE_WRITE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Puts a file that holds `text` in place of whatever is at `path`; until it is
// complete, that stays. What the system says if it cannot be written.
absl::Status WriteFile(const std::string& path, absl::string_view text);

}  // namespace tessera

#endif  // BASE_WRITE_FILE_H_
