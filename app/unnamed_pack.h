// A pack for one run.
#ifndef APP_UNNAMED_PACK_H_
#define APP_UNNAMED_PACK_H_

#include <string>

#include "absl/status/statusor.h"
#include "app/packed_model.h"

namespace tessera {

// Packs the model at `path` into a file in $TMPDIR, or /tmp, that has no name
// and goes away with the process, however it ends. Its path is one in /proc.
absl::StatusOr<PackedModel> PackUnnamed(const std::string& path,
                                        const PackedModelOptions& options);

}  // namespace tessera

#endif  // APP_UNNAMED_PACK_H_
