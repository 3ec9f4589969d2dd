// The file that says what a pack was made from.
#ifndef APP_PACK_RECORD_H_
#define APP_PACK_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/pack_record.pb.h"

namespace tessera {

// No record is longer.
inline constexpr uint64_t kMostRecordBytes = uint64_t{4} << 20;

// The bytes of a record file (docs/cache.md): magic, checksum, protobuf.
std::string EncodePackRecord(const PackRecord& record);

// The inverse. DataLoss for anything that EncodePackRecord does not make, or
// whose parts do not fit together.
absl::StatusOr<PackRecord> DecodePackRecord(absl::string_view bytes);

// Reads the record file `path`; DataLoss, naming it, if it is damaged.
absl::StatusOr<PackRecord> ReadPackRecord(const std::string& path);

// Puts `record` in place of what is at `path`, all at once.
absl::Status WritePackRecord(const std::string& path, const PackRecord& record);

// True if packing has ended, and the record says what with.
bool IsFinished(const PackRecord& record);

}  // namespace tessera

#endif  // APP_PACK_RECORD_H_
