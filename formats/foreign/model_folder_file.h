// The files that lie beside weights, given in place of them.
#ifndef FORMATS_FOREIGN_MODEL_FOLDER_FILE_H_
#define FORMATS_FOREIGN_MODEL_FOLDER_FILE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// What the file `path` is if it is a part of a model's folder, but no weights
// (config.json, a tokenizer, a README), or of another framework's checkpoint,
// as DescribeForeignFile: by its name, JSON also by its content.
std::string DescribeModelFolderFile(absl::string_view path,
                                    absl::string_view bytes);

}  // namespace tessera

#endif  // FORMATS_FOREIGN_MODEL_FOLDER_FILE_H_
