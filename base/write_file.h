// Whole files, written at once.
#ifndef BASE_WRITE_FILE_H_
#define BASE_WRITE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Puts a file that holds `text` in place of the file that `path` resolves to;
// until it is complete, that stays. A pipe, a terminal or /dev/stdout gets the
// text instead. What the system says if it cannot be written, and the errors of
// CheckOutput (output_path.h).
absl::Status WriteFile(const std::string& path, absl::string_view text);

// OK if WriteFile can be expected to work. For the start of a long program.
absl::Status CheckWriteFile(const std::string& path);

}  // namespace tessera

#endif  // BASE_WRITE_FILE_H_
