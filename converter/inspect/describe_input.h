// Describes what a user names: a file of any format, a set of files, a folder.
#ifndef CONVERTER_INSPECT_DESCRIBE_INPUT_H_
#define CONVERTER_INSPECT_DESCRIBE_INPUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "converter/inspect/file_description.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Maps the file; an error says which name of the folder is like it.
absl::StatusOr<MappedFile> OpenInputFile(const std::string& path);

// Describes the file, or the whole model if `path` is a folder, an index of
// shards or a file of a split set; with its model. What is not readable as a
// model is described as a file nevertheless, and the model says why it is none.
// `verify_with`, if not null, checks every hash of an arena on these threads;
// InvalidArgument for a folder and an index then.
absl::StatusOr<FileDescription> DescribeInput(const std::string& path,
                                              ThreadPool* verify_with);

// The same for a picture: files of a set one after another in one range of
// bytes, and each part of a tensor where it lies.
absl::StatusOr<FileDescription> DescribeForMap(const std::string& path);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_INPUT_H_
