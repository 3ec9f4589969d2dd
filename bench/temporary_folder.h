// A folder that goes away.
#ifndef BENCH_TEMPORARY_FOLDER_H_
#define BENCH_TEMPORARY_FOLDER_H_

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"

namespace tessera {

// Removes the folder and all that is in it in the destructor. If the process
// ends without that, by Ctrl-C or any other signal, another one does it, which
// waits for that (sh and rm). Movable.
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

  void StartRemover();

  std::string path_;  // empty: nothing to remove
  pid_t remover_ = -1;
  int remover_stdin_ = -1;  // open as long as this process lives
};

}  // namespace tessera

#endif  // BENCH_TEMPORARY_FOLDER_H_
