#include "formats/arena/arena_header.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "base/digest.h"

namespace tessera {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kFileSize = 8 * kMiB + 1000;

ArenaHeader Example() {
  ArenaHeader header;
  header.file_size = kFileSize;
  header.manifest_offset = 8 * kMiB;
  header.manifest_stored_bytes = 1000;
  header.manifest_raw_bytes = 5000;
  header.manifest_sha256 = std::string(32, '\x5c');
  return header;
}

template <typename T>
void Put(std::vector<uint8_t>& bytes, uint64_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

void RepairCrc(std::vector<uint8_t>& bytes) {
  Put(bytes, 4092, Crc32c(absl::MakeConstSpan(bytes).first(4092)));
}

TEST(ArenaHeaderTest, DecodeIsTheInverseOfEncode) {
  const ArenaHeader header =
      DecodeArenaHeader(EncodeArenaHeader(Example()), kFileSize).value();
  EXPECT_EQ(header.major_version, 1);
  EXPECT_EQ(header.minor_version, 0);
  EXPECT_EQ(header.file_size, kFileSize);
  EXPECT_EQ(header.manifest_offset, 8 * kMiB);
  EXPECT_EQ(header.manifest_stored_bytes, 1000);
  EXPECT_EQ(header.manifest_raw_bytes, 5000);
  EXPECT_EQ(header.manifest_sha256, std::string(32, '\x5c'));
}

// The table of docs/arena_format.md, byte for byte. Frozen.
TEST(ArenaHeaderTest, FieldsLieWhereTheFormatSays) {
  std::vector<uint8_t> expected(4096, 0);
  const uint8_t magic[] = {0x89, 0x41, 0x52, 0x45, 0x4e, 0x41, 0x0d, 0x0a};
  std::memcpy(expected.data(), magic, 8);
  Put<uint32_t>(expected, 8, 1);
  Put<uint32_t>(expected, 12, 0);
  Put<uint32_t>(expected, 16, 4096);
  Put<uint64_t>(expected, 24, kFileSize);
  Put<uint64_t>(expected, 32, 8 * kMiB);
  Put<uint64_t>(expected, 40, 1000);
  Put<uint64_t>(expected, 48, 5000);
  std::memset(expected.data() + 56, 0x5c, 32);
  RepairCrc(expected);
  EXPECT_EQ(EncodeArenaHeader(Example()), expected);
}

// Writes `value` at `offset` of a valid header, repairs the CRC, decodes.
template <typename T>
absl::Status DecodeWith(uint64_t offset, T value) {
  std::vector<uint8_t> bytes = EncodeArenaHeader(Example());
  Put<T>(bytes, offset, value);
  RepairCrc(bytes);
  return DecodeArenaHeader(bytes, kFileSize).status();
}

void ExpectStatus(const absl::Status& status, absl::StatusCode code,
                  const char* message) {
  EXPECT_EQ(status.code(), code);
  EXPECT_EQ(status.message(), message);
}

TEST(ArenaHeaderTest, EveryFieldIsChecked) {
  using absl::StatusCode;
  ExpectStatus(DecodeWith<uint8_t>(5, 'a'), StatusCode::kDataLoss,
               "not an arena: it does not begin as arenas do");
  ExpectStatus(DecodeWith<uint32_t>(8, 2), StatusCode::kUnimplemented,
               "arena format version 2.0 is newer than 1.5, which this program "
               "reads; use a newer Tessera");
  ExpectStatus(DecodeWith<uint32_t>(8, 0), StatusCode::kDataLoss,
               "header: major version is 0, expected 1");
  ExpectStatus(DecodeWith<uint32_t>(16, 512), StatusCode::kDataLoss,
               "header: size field is 512, expected 4096");
  ExpectStatus(DecodeWith<uint32_t>(20, 1), StatusCode::kDataLoss,
               "header: reserved bytes are not zero");
  ExpectStatus(DecodeWith<uint8_t>(88, 1), StatusCode::kDataLoss,
               "header: reserved bytes are not zero");
  ExpectStatus(DecodeWith<uint8_t>(4091, 1), StatusCode::kDataLoss,
               "header: reserved bytes are not zero");
  ExpectStatus(DecodeWith<uint64_t>(24, kFileSize + 1), StatusCode::kDataLoss,
               "file is truncated: has 8389608 bytes, header says 8389609; "
               "copy or convert it again");
  ExpectStatus(DecodeWith<uint64_t>(24, kFileSize - 1), StatusCode::kDataLoss,
               "file is too long: has 8389608 bytes, header says 8389607; "
               "copy or convert it again");
  ExpectStatus(DecodeWith<uint64_t>(32, 0), StatusCode::kDataLoss,
               "header: manifest offset 0 is no positive multiple of 2097152");
  ExpectStatus(DecodeWith<uint64_t>(32, 4096), StatusCode::kDataLoss,
               "header: manifest offset 4096 is no positive multiple of "
               "2097152");
  ExpectStatus(DecodeWith<uint64_t>(32, 6 * kMiB), StatusCode::kDataLoss,
               "header: manifest of 1000 bytes at offset 6291456 does not end "
               "with the file, at 8389608");
  ExpectStatus(DecodeWith<uint64_t>(40, 0), StatusCode::kDataLoss,
               "header: manifest of 0 bytes at offset 8388608 does not end "
               "with the file, at 8389608");
  ExpectStatus(DecodeWith<uint64_t>(40, ~uint64_t{0}), StatusCode::kDataLoss,
               "header: manifest of 18446744073709551615 bytes at offset "
               "8388608 does not end with the file, at 8389608");
  ExpectStatus(DecodeWith<uint64_t>(48, uint64_t{1} << 40),
               StatusCode::kDataLoss,
               "header: manifest has 1099511627776 bytes unpacked, at most "
               "268435456 are allowed");
}

TEST(ArenaHeaderTest, NewerMinorVersionMayUseReservedBytes) {
  std::vector<uint8_t> bytes = EncodeArenaHeader(Example());
  Put<uint32_t>(bytes, 12, 7);
  Put<uint32_t>(bytes, 20, 3);
  Put<uint32_t>(bytes, 200, 3);
  RepairCrc(bytes);
  EXPECT_EQ(DecodeArenaHeader(bytes, kFileSize)->minor_version, 7);
}

TEST(ArenaHeaderTest, EveryFlippedBitIsNoticed) {
  const std::vector<uint8_t> good = EncodeArenaHeader(Example());
  for (size_t byte = 0; byte < good.size(); ++byte) {
    std::vector<uint8_t> bad = good;
    bad[byte] ^= 1 << (byte % 8);
    EXPECT_FALSE(DecodeArenaHeader(bad, kFileSize).ok()) << byte;
  }
}

TEST(ArenaHeaderTest, ADamagedHeaderIsCalledSo) {
  std::vector<uint8_t> bytes = EncodeArenaHeader(Example());
  Put<uint32_t>(bytes, 4092, 0x12345678);
  const absl::Status status = DecodeArenaHeader(bytes, kFileSize).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("checksum does not match"), std::string::npos)
      << status;
}

TEST(ArenaHeaderTest, TooShort) {
  const std::vector<uint8_t> good = EncodeArenaHeader(Example());
  for (size_t size : {0, 1, 7, 8, 12, 16, 100, 4095}) {
    const absl::Status status =
        DecodeArenaHeader(absl::MakeConstSpan(good).first(size), size).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
  }
  EXPECT_EQ(DecodeArenaHeader({}, 0).status().message(),
            "not an arena: file is empty");
}

// All that is known of a future file is its magic and version.
TEST(ArenaHeaderTest, NewerMajorVersionIsNamedWhateverFollows) {
  std::vector<uint8_t> bytes(16, 0xff);
  std::memcpy(bytes.data(), kArenaMagic, 8);
  Put<uint32_t>(bytes, 8, 3);
  Put<uint32_t>(bytes, 12, 1);
  const absl::Status status = DecodeArenaHeader(bytes, 16).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_NE(status.message().find("version 3.1"), std::string::npos);
}

}  // namespace
}  // namespace tessera
