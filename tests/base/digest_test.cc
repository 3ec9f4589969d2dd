#include "base/digest.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

absl::Span<const uint8_t> Bytes(const std::string& text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()),
                             text.size());
}

TEST(DigestTest, Sha256OfTheStandardVector) {
  EXPECT_EQ(absl::BytesToHexString(Sha256(Bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestTest, Crc32cOfTheStandardVector) {
  EXPECT_EQ(Crc32c(Bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(Crc32c({}), 0u);
}

TEST(DigestTest, Xxh128OfNothingIsThePublishedValue) {
  EXPECT_EQ(absl::BytesToHexString(Xxh128({})),
            "99aa06d3014798d86001c324468d497f");
}

TEST(DigestTest, StreamEqualsOneShotHoweverItIsCut) {
  std::vector<uint8_t> bytes(10000);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = i * 7 % 251;
  for (size_t step : {1, 63, 64, 1000, 9999}) {
    Xxh128Stream stream;
    for (size_t i = 0; i < bytes.size(); i += step) {
      stream.Update(absl::MakeConstSpan(bytes).subspan(i, step));
    }
    EXPECT_EQ(stream.Digest(), Xxh128(bytes)) << step;
  }
}

}  // namespace
}  // namespace tessera
