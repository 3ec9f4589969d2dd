// Arenas that are cut short, flipped, or filled with random numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "formats/arena/arena_constants.h"
#include "formats/arena/arena_reader.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

class ArenaDamageTest : public testing::Test {
 protected:
  void SetUp() override { manifest_ = builder_.Finish(); }

  ArenaBuilder builder_ = SmallArena();
  Manifest manifest_;
};

TEST_F(ArenaDamageTest, MinorVersionsDiffer) {
  std::vector<uint8_t> file = builder_.FileWith(manifest_);
  file[12] = 3;
  RepairHeaderCrc(file);
  EXPECT_EQ(ParseArena(file).status().message(),
            "manifest: minor version is 0, header says 3");
}

TEST_F(ArenaDamageTest, ManifestHash) {
  std::vector<uint8_t> file = builder_.FileWith(manifest_);
  file[file.size() - 5] ^= 1;
  const absl::Status status = ParseArena(file).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StartsWith(status.message(),
                               "manifest at offset 6291456: SHA-256 is "))
      << status;
}

TEST_F(ArenaDamageTest, TruncatedAnywhere) {
  const std::vector<uint8_t> file = builder_.FileWith(manifest_);
  std::vector<size_t> sizes = {
      0,        1,           7,    8,    15,           16,
      48,       4095,        4096, 4097, 2 * kMiB - 1, 2 * kMiB,
      4 * kMiB, 6 * kMiB - 1};
  for (size_t size = 6 * kMiB; size < file.size(); size += 101) {
    sizes.push_back(size);
  }
  sizes.push_back(file.size() - 1);
  for (size_t size : sizes) {
    EXPECT_EQ(ParseArena(absl::MakeConstSpan(file).first(size)).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
}

TEST_F(ArenaDamageTest, TrailingBytes) {
  std::vector<uint8_t> file = builder_.FileWith(manifest_);
  file.push_back(0);
  EXPECT_TRUE(absl::StartsWith(ParseArena(file).status().message(),
                               "file is too long"));
}

// Random numbers in every field of the manifest, which hashes do not stop.
TEST_F(ArenaDamageTest, RandomManifestsAreRefusedOrReadable) {
  std::mt19937_64 random(20261120);
  const std::string good = manifest_.SerializeAsString();
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = good;
    const int wounds = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < wounds; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    Manifest manifest;
    if (!manifest.ParseFromString(bytes)) continue;
    ArenaHeader header;
    header.manifest_offset = 6 * kMiB;
    header.file_size = header.manifest_offset + 1;
    const auto arena = ResolveArena(header, manifest);
    if (!arena.ok()) continue;
    for (const StoredTensor& tensor : arena->tensors) {
      EXPECT_LE(tensor.file_offset + tensor.SpanBytes(), 6 * kMiB);
    }
  }
}

TEST_F(ArenaDamageTest, RandomHeadersAreRefused) {
  std::mt19937_64 random(20261121);
  const std::vector<uint8_t> good = builder_.FileWith(manifest_);
  std::vector<uint8_t> file = good;
  for (int round = 0; round < 3000; ++round) {
    const size_t at = 8 + random() % 80;
    file[at] = static_cast<uint8_t>(random());
    RepairHeaderCrc(file);
    if (file[at] == good[at] || (at >= 12 && at < 16)) {
      // Unchanged, or a newer minor version.
    } else {
      EXPECT_FALSE(ParseArena(file).ok()) << at;
    }
    std::copy_n(good.begin(), kArenaHeaderBytes, file.begin());
  }
}

}  // namespace
}  // namespace tessera
