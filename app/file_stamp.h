// Whether a file is as it was, without reading it.
#ifndef APP_FILE_STAMP_H_
#define APP_FILE_STAMP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "app/pack_record.pb.h"

namespace tessera {

// Of what `path` leads to. What the system says if there is no such file.
absl::StatusOr<FileStamp> StampOf(const std::string& path);

bool IsSameStamp(const FileStamp& a, const FileStamp& b);

// Waits until a write to any of these files would give it another stamp. The
// system's clock for files ticks every few milliseconds, and only a file that
// was written within the last tick makes anybody wait.
void AwaitNextTick(absl::Span<const FileStamp> stamps);

}  // namespace tessera

#endif  // APP_FILE_STAMP_H_
