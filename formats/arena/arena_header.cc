#include "formats/arena/arena_header.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/byte_cursor.h"
#include "base/checked_math.h"
#include "base/digest.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr uint64_t kCrcOffset = kArenaHeaderBytes - sizeof(uint32_t);

// The fields in the order in which they are stored, the same for both ways.
struct Fields {
  uint32_t major_version = 0;
  uint32_t minor_version = 0;
  uint32_t header_bytes = 0;
  uint32_t zero = 0;
  uint64_t file_size = 0;
  uint64_t manifest_offset = 0;
  uint64_t manifest_stored_bytes = 0;
  uint64_t manifest_raw_bytes = 0;
};
static_assert(sizeof(Fields) == 48, "no padding: stored as it is");

constexpr uint64_t kSha256Offset = sizeof(kArenaMagic) + sizeof(Fields);
constexpr uint64_t kReservedOffset = kSha256Offset + kSha256Bytes;

uint32_t HeaderCrc(absl::Span<const uint8_t> header) {
  return Crc32c(header.subspan(0, kCrcOffset));
}

template <typename... Args>
absl::Status Damaged(const Args&... args) {
  return absl::DataLossError(absl::StrCat("header: ", args...));
}

// Magic and version come first: a newer major version may have changed
// everything else, the checksum's place included.
absl::Status CheckMagicAndVersion(absl::Span<const uint8_t> bytes) {
  if (bytes.empty()) return absl::DataLossError("not an arena: file is empty");
  if (!HasArenaMagic(bytes)) {
    return absl::DataLossError("not an arena: it does not begin as arenas do");
  }
  ByteCursor cursor(bytes.subspan(sizeof(kArenaMagic)));
  uint32_t major = 0;
  uint32_t minor = 0;
  if (!cursor.Read(&major) || !cursor.Read(&minor)) return absl::OkStatus();
  if (major > kArenaMajorVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "arena format version ", major, ".", minor, " is newer than ",
        kArenaMajorVersion, ".", kArenaMinorVersion,
        ", which this program reads; use a newer Tessera"));
  }
  return absl::OkStatus();
}

absl::Status CheckIntegrity(absl::Span<const uint8_t> bytes,
                            const Fields& fields) {
  if (fields.header_bytes != kArenaHeaderBytes) {
    return Damaged("size field is ", fields.header_bytes, ", expected ",
                   kArenaHeaderBytes);
  }
  uint32_t stored_crc;
  std::memcpy(&stored_crc, bytes.data() + kCrcOffset, sizeof(stored_crc));
  const uint32_t crc = HeaderCrc(bytes);
  if (crc != stored_crc) {
    return Damaged("its checksum does not match: the file is damaged");
  }
  // A newer minor version may have given the reserved bytes a meaning.
  const auto reserved =
      bytes.subspan(kReservedOffset, kCrcOffset - kReservedOffset);
  const bool all_zero = std::all_of(reserved.begin(), reserved.end(),
                                    [](uint8_t byte) { return byte == 0; });
  if (fields.minor_version <= kArenaMinorVersion &&
      (!all_zero || fields.zero != 0)) {
    return Damaged("reserved bytes are not zero");
  }
  return absl::OkStatus();
}

absl::Status CheckFields(const Fields& fields, uint64_t file_size) {
  if (fields.major_version != kArenaMajorVersion) {
    return Damaged("major version is ", fields.major_version, ", expected ",
                   kArenaMajorVersion);
  }
  if (fields.file_size != file_size) {
    return absl::DataLossError(absl::StrCat(
        "file is ", file_size < fields.file_size ? "truncated" : "too long",
        ": has ", file_size, " bytes, header says ", fields.file_size,
        "; copy or convert it again"));
  }
  if (fields.manifest_offset < kSectionAlignment ||
      fields.manifest_offset % kSectionAlignment != 0) {
    return Damaged("manifest offset ", fields.manifest_offset,
                   " is no positive multiple of ", kSectionAlignment);
  }
  if (fields.manifest_stored_bytes == 0 ||
      CheckedAdd(fields.manifest_offset, fields.manifest_stored_bytes) !=
          file_size) {
    return Damaged("manifest of ", fields.manifest_stored_bytes,
                   " bytes at offset ", fields.manifest_offset,
                   " does not end with the file, at ", file_size);
  }
  if (fields.manifest_raw_bytes > kMaxManifestBytes) {
    return Damaged("manifest has ", fields.manifest_raw_bytes,
                   " bytes unpacked, at most ", kMaxManifestBytes,
                   " are allowed");
  }
  return absl::OkStatus();
}

}  // namespace

bool HasArenaMagic(absl::Span<const uint8_t> bytes) {
  return bytes.size() >= sizeof(kArenaMagic) &&
         std::memcmp(bytes.data(), kArenaMagic, sizeof(kArenaMagic)) == 0;
}

std::vector<uint8_t> EncodeArenaHeader(const ArenaHeader& header) {
  const Fields fields = {header.major_version,
                         header.minor_version,
                         static_cast<uint32_t>(kArenaHeaderBytes),
                         0,
                         header.file_size,
                         header.manifest_offset,
                         header.manifest_stored_bytes,
                         header.manifest_raw_bytes};
  std::vector<uint8_t> bytes(kArenaHeaderBytes, 0);
  std::memcpy(bytes.data(), kArenaMagic, sizeof(kArenaMagic));
  std::memcpy(bytes.data() + sizeof(kArenaMagic), &fields, sizeof(fields));
  std::memcpy(bytes.data() + kSha256Offset, header.manifest_sha256.data(),
              std::min<size_t>(header.manifest_sha256.size(), kSha256Bytes));
  const uint32_t crc = HeaderCrc(bytes);
  std::memcpy(bytes.data() + kCrcOffset, &crc, sizeof(crc));
  return bytes;
}

absl::StatusOr<ArenaHeader> DecodeArenaHeader(absl::Span<const uint8_t> bytes,
                                              uint64_t file_size) {
  TESSERA_RETURN_IF_ERROR(CheckMagicAndVersion(bytes));
  if (bytes.size() < kArenaHeaderBytes) {
    return absl::DataLossError(
        absl::StrCat("file is truncated: has ", bytes.size(),
                     " bytes, the header alone has ", kArenaHeaderBytes));
  }
  Fields fields;
  std::memcpy(&fields, bytes.data() + sizeof(kArenaMagic), sizeof(fields));
  TESSERA_RETURN_IF_ERROR(CheckIntegrity(bytes, fields));
  TESSERA_RETURN_IF_ERROR(CheckFields(fields, file_size));
  ArenaHeader header;
  header.major_version = fields.major_version;
  header.minor_version = fields.minor_version;
  header.file_size = fields.file_size;
  header.manifest_offset = fields.manifest_offset;
  header.manifest_stored_bytes = fields.manifest_stored_bytes;
  header.manifest_raw_bytes = fields.manifest_raw_bytes;
  header.manifest_sha256.assign(
      reinterpret_cast<const char*>(bytes.data()) + kSha256Offset,
      kSha256Bytes);
  return header;
}

}  // namespace tessera
