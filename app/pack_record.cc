#include "app/pack_record.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "base/file_error.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "base/write_file.h"

namespace tessera {
namespace {

constexpr absl::string_view kMagic = "tessera pack v1\n";
constexpr size_t kChecksumBytes = sizeof(uint32_t);
constexpr size_t kHeadBytes = 20;
constexpr size_t kSha256Bytes = 32;

uint32_t ChecksumOf(absl::string_view bytes) {
  return Crc32c(absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
}

absl::Status Damaged() {
  return absl::DataLossError("is no record of a pack, or a damaged one");
}

bool FitsTogether(const PackRecord& record) {
  const std::string& manifest = record.manifest_sha256();
  if (!manifest.empty() && manifest.size() != kSha256Bytes) return false;
  for (const ContentFile& file : record.files()) {
    if (file.sha256().size() != kSha256Bytes) return false;
  }
  for (const KnownModel& model : record.models()) {
    const bool empty = model.stamps().empty();
    if (!record.files().empty() && !empty &&
        model.stamps_size() != record.files_size()) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string EncodePackRecord(const PackRecord& record) {
  const std::string body = record.SerializeAsString();
  const uint32_t checksum = ChecksumOf(body);
  std::string bytes(kHeadBytes, '\0');
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  std::memcpy(bytes.data() + kHeadBytes - kChecksumBytes, &checksum,
              kChecksumBytes);
  return bytes + body;
}

absl::StatusOr<PackRecord> DecodePackRecord(absl::string_view bytes) {
  if (bytes.size() < kHeadBytes || !absl::StartsWith(bytes, kMagic)) {
    return Damaged();
  }
  uint32_t checksum = 0;
  std::memcpy(&checksum, bytes.data() + kHeadBytes - kChecksumBytes,
              kChecksumBytes);
  const absl::string_view body = bytes.substr(kHeadBytes);
  PackRecord record;
  if (checksum != ChecksumOf(body) ||
      !record.ParseFromArray(body.data(), static_cast<int>(body.size())) ||
      !FitsTogether(record)) {
    return Damaged();
  }
  return record;
}

absl::StatusOr<PackRecord> ReadPackRecord(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const std::string bytes,
                           ReadFile(path, kMostRecordBytes));
  absl::StatusOr<PackRecord> record = DecodePackRecord(bytes);
  if (!record.ok()) return WithPath(path, record.status());
  return record;
}

absl::Status WritePackRecord(const std::string& path,
                             const PackRecord& record) {
  return WriteFile(path, EncodePackRecord(record));
}

bool IsFinished(const PackRecord& record) {
  return record.has_pack() && !record.files().empty();
}

}  // namespace tessera
