#include "converter/quantize/size_target.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

uint64_t Bytes(absl::string_view text) {
  const auto target = SizeTarget::ParseBytes(text);
  EXPECT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->option, "target_size");
  EXPECT_EQ(target->value, text);
  return target->BytesFor(1);
}

TEST(SizeTargetTest, ReadsSizes) {
  EXPECT_EQ(Bytes("123456"), 123456u);
  EXPECT_EQ(Bytes("123B"), 123u);
  EXPECT_EQ(Bytes("700M"), 700'000'000u);
  EXPECT_EQ(Bytes("700 MB"), 700'000'000u);
  EXPECT_EQ(Bytes("4.2G"), 4'200'000'000u);
  EXPECT_EQ(Bytes("1.5GiB"), 3u << 29);
  EXPECT_EQ(Bytes("2ki"), 2048u);
  EXPECT_EQ(Bytes("1T"), 1'000'000'000'000u);
}

TEST(SizeTargetTest, ReadsBitsPerWeight) {
  const auto target = SizeTarget::ParseBitsPerWeight("4.5");
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->option, "target_bpw");
  EXPECT_EQ(target->BytesFor(256), 144u);
  EXPECT_EQ(target->BytesFor(257), 144u);
  EXPECT_EQ(target->BytesFor(uint64_t{1} << 40), uint64_t{9} << 36);
}

TEST(SizeTargetTest, RefusesAnythingElse) {
  for (const char* text : {"", "G", "4.2X", "4.2GG", "-1G", "1e3", "0", "nan",
                           "9999999T", "4 2", "1.2.3G", "iB", "5ib"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(SizeTarget::ParseBytes(text).status()))
        << text;
  }
  for (const char* text : {"", "0", "-4", "nan", "inf", "65", "4.5bpw"}) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(SizeTarget::ParseBitsPerWeight(text).status()))
        << text;
  }
}

}  // namespace
}  // namespace tessera
