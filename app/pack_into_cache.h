// Finds the pack of a model in the cache, or makes it.
#ifndef APP_PACK_INTO_CACHE_H_
#define APP_PACK_INTO_CACHE_H_

#include <string>

#include "absl/status/statusor.h"
#include "app/model_files.h"
#include "app/packed_model.h"

namespace tessera {

// See OpenPackedModel. `path` is the model as the user names it, `files` what
// it consists of, `folder` the cache, which is made if it has to be written to.
absl::StatusOr<PackedModel> PackIntoCache(const std::string& path,
                                          const ModelFiles& files,
                                          const std::string& folder,
                                          const PackedModelOptions& options);

}  // namespace tessera

#endif  // APP_PACK_INTO_CACHE_H_
