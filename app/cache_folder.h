// Where packs are kept.
#ifndef APP_CACHE_FOLDER_H_
#define APP_CACHE_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// The folder of the cache, absolute: `wanted` if it is not empty, else
// $TESSERA_CACHE_DIR, $XDG_CACHE_HOME/tessera or $HOME/.cache/tessera, the
// first that is set. FailedPrecondition if none is. Touches no file.
absl::StatusOr<std::string> FindCacheFolder(const std::string& wanted);

// "--cache_dir" for "cache_dir"; the bare name, as arguments are called, in
// programs that use the library.
std::string CacheFlag(absl::string_view name);

// What to do about a folder that cannot be used: "give another folder ...".
std::string CacheAdvice();

// An error, with CacheAdvice behind it.
absl::Status WithCacheAdvice(const absl::Status& status);

// Makes the folder and those above it that are missing, for this user alone
// (mode 0700), with a CACHEDIR.TAG, by which backups know it. Does nothing if
// it is there. An error says what else can be done.
absl::Status MakeCacheFolder(const std::string& folder);

}  // namespace tessera

#endif  // APP_CACHE_FOLDER_H_
