// Text that was saved in place of a file.
#ifndef FORMATS_FOREIGN_SAVED_TEXT_H_
#define FORMATS_FOREIGN_SAVED_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// What stands for a file that is elsewhere (a pointer of Git LFS, Xet,
// git-annex or DVC), as DescribeForeignFile, with the size that it promises and
// the command that fetches it; empty if `bytes` are none.
std::string DescribePointer(absl::string_view path, absl::string_view bytes);

// The answer of a server that says why there is no file, saved in its place: an
// HTML page, XML, JSON with an "error", or a line such as "Entry not found".
std::string DescribeErrorPage(absl::string_view bytes);

// The first line of `bytes`, as a quoted beginning, if they are text in UTF-8
// or UTF-16 as far as one looks.
std::string DescribePlainText(absl::string_view bytes);

}  // namespace tessera

#endif  // FORMATS_FOREIGN_SAVED_TEXT_H_
