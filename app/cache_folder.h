// Where packs are kept.
#ifndef APP_CACHE_FOLDER_H_
#define APP_CACHE_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tessera {

// The folder of the cache, absolute: `wanted` if it is not empty, else
// $TESSERA_CACHE_DIR, $XDG_CACHE_HOME/tessera or $HOME/.cache/tessera, the
// first that is set. FailedPrecondition if none is. Touches no file.
absl::StatusOr<std::string> FindCacheFolder(const std::string& wanted);

// Makes the folder and those above it that are missing, for this user alone
// (mode 0700), with a CACHEDIR.TAG, by which backups know it. Does nothing if
// it is there. An error says what else can be done.
absl::Status MakeCacheFolder(const std::string& folder);

}  // namespace tessera

#endif  // APP_CACHE_FOLDER_H_
