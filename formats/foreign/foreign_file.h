// Files that are given in place of weights: what they are, and what to do.
#ifndef FORMATS_FOREIGN_FOREIGN_FILE_H_
#define FORMATS_FOREIGN_FOREIGN_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

// What the file `path` with these bytes is, if it is known and none of the
// formats that Tessera reads: "is a Git LFS pointer in place of the file, ...;
// fetch it: git lfs pull". Goes behind the name of the file. Empty for arenas,
// GGUF, safetensors and their indexes, damaged or not, and for what nobody
// knows. Told by content where there is a magic number; the name decides on the
// files of a Hugging Face folder and on formats that have none.
std::string DescribeForeignFile(absl::string_view path,
                                absl::Span<const uint8_t> bytes);

// The same for a file that is no weights but belongs to them (config.json, a
// tokenizer, a template): only what takes the place of any file, such as a Git
// LFS pointer, an error page, or a packed file.
std::string DescribeReplacement(absl::string_view path,
                                absl::Span<const uint8_t> bytes);

// InvalidArgument, "PATH: is ...", if DescribeForeignFile or
// DescribeReplacement knows what it is.
absl::Status CheckNotForeign(absl::string_view path,
                             absl::Span<const uint8_t> bytes);
absl::Status CheckNotReplaced(absl::string_view path,
                              absl::Span<const uint8_t> bytes);

// A name for the arena that is made of the model `path`, a file or a folder.
std::string ArenaNameFor(absl::string_view path);

// "convert it first: convert model.gguf model.arena", for the shell.
std::string ConvertAdvice(absl::string_view path);

}  // namespace tessera

#endif  // FORMATS_FOREIGN_FOREIGN_FILE_H_
