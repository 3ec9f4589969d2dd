// The cache of the Hugging Face Hub: models--owner--name with blobs, refs and
// snapshots, whose files are links to blobs.
#ifndef CONVERTER_SOURCE_HUB_CACHE_H_
#define CONVERTER_SOURCE_HUB_CACHE_H_

#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tessera {

struct HubSnapshot {
  std::string folder;
  std::string note;  // for the user: which one was taken
};

// Of the folder of a model in the cache, or of its "snapshots": the snapshot
// that refs/main names, else the only one. nullopt for any other folder.
// NotFound, saying what there is, for a snapshot that is not there, and
// InvalidArgument if there are several and no refs/main.
absl::StatusOr<std::optional<HubSnapshot>> FindHubSnapshot(
    const std::string& folder);

// True for the folder of a model in the cache.
bool IsHubModel(const std::filesystem::path& folder);

// NotFound, saying where it leads and what that may mean, if `file` is a link
// to nothing, as of a download that is not complete.
absl::Status CheckLink(const std::filesystem::path& file);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HUB_CACHE_H_
