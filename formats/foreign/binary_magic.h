// Formats with magic numbers.
#ifndef FORMATS_FOREIGN_BINARY_MAGIC_H_
#define FORMATS_FOREIGN_BINARY_MAGIC_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// What a binary file is that begins as `bytes`, and what to do, as
// DescribeForeignFile; empty if it has no magic number that is known. Packed
// files: see packed_file.h.
std::string DescribeByMagic(absl::string_view path, absl::string_view bytes);

// The same for a checkpoint of PyTorch, packed or not.
std::string DescribePickle(absl::string_view path);

}  // namespace tessera

#endif  // FORMATS_FOREIGN_BINARY_MAGIC_H_
