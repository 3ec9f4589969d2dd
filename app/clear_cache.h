// Removes packs.
#ifndef APP_CLEAR_CACHE_H_
#define APP_CLEAR_CACHE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "app/pack_cache.h"

namespace tessera {

struct ClearOptions {
  // Paths of models or of packs, or names of packs; all packs if empty.
  std::vector<std::string> models;
  // Only what was not used for so long.
  absl::Duration older_than = absl::ZeroDuration();
  absl::Time now;
};

struct ClearedCache {
  uint64_t packs = 0;
  uint64_t bytes = 0;
  std::vector<std::string> in_work;  // names that a process is packing now
};

// Removes the files of these packs, finished or not. Processes that have mapped
// one keep it. NotFound, before anything is removed, for a model that has no
// pack; the error of PackCache::List.
absl::StatusOr<ClearedCache> ClearCache(const PackCache& cache,
                                        const ClearOptions& options);

}  // namespace tessera

#endif  // APP_CLEAR_CACHE_H_
