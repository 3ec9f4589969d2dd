// A folder that goes away.
#ifndef BENCH_TEMPORARY_FOLDER_H_
#define BENCH_TEMPORARY_FOLDER_H_

#include <string>

#include "absl/status/statusor.h"

namespace tessera {

// Removes the folder and all that is in it in the destructor. Movable.
class TemporaryFolder {
 public:
  // A new folder in $TMPDIR, or /tmp. Errors as the system says.
  static absl::StatusOr<TemporaryFolder> Create();

  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }

 private:
  TemporaryFolder() = default;

  std::string path_;  // empty: nothing to remove
};

}  // namespace tessera

#endif  // BENCH_TEMPORARY_FOLDER_H_
