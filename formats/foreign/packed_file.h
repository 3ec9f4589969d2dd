// Archives and compressed files.
#ifndef FORMATS_FOREIGN_PACKED_FILE_H_
#define FORMATS_FOREIGN_PACKED_FILE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// What kind of packed file `bytes` are, all of it, and the command that unpacks
// it, as DescribeForeignFile; a zip is named by what is in it: a checkpoint of
// PyTorch, arrays of NumPy. Empty if it is not packed.
std::string DescribePackedFile(absl::string_view path, absl::string_view bytes);

}  // namespace tessera

#endif  // FORMATS_FOREIGN_PACKED_FILE_H_
