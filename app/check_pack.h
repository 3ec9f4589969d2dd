// Whether a pack that somebody has touched is still what was packed.
#ifndef APP_CHECK_PACK_H_
#define APP_CHECK_PACK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/pack_record.pb.h"

namespace tessera {

// The SHA-256 of the manifest of the arena `path`, as its header has it: 32
// bytes, for PackRecord. The errors of DecodeArenaHeader and of opening it.
absl::StatusOr<std::string> ManifestDigest(const std::string& path);

// Reads all of the arena `path` and compares it with its own hashes, and its
// manifest, which has those, with `record`. DataLoss, without the path, if it
// is damaged, cut, or another arena; NotFound and the like if it cannot be
// read.
absl::Status CheckPack(const std::string& path, const PackRecord& record,
                       int threads);

}  // namespace tessera

#endif  // APP_CHECK_PACK_H_
