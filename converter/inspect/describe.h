// Describes a file of any format that Tessera reads.
#ifndef CONVERTER_INSPECT_DESCRIBE_H_
#define CONVERTER_INSPECT_DESCRIBE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "converter/inspect/file_description.h"

namespace tessera {

struct DescribeOptions {
  // Not null: check every hash that the file has, on these threads.
  ThreadPool* verify_with = nullptr;
};

// Describes `file`, the bytes of `path`. The format is that of the first bytes
// or, where they say nothing, of the file's name. Errors are the parser's and
// the verification's; InvalidArgument if it is no format that is known.
absl::StatusOr<FileDescription> DescribeFile(const std::string& path,
                                             absl::Span<const uint8_t> file,
                                             const DescribeOptions& options);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_H_
