#include "base/byte_size.h"

#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

TEST(ByteSizeTest, Units) {
  EXPECT_EQ(*ParseByteSize("0"), 0);
  EXPECT_EQ(*ParseByteSize("1048576"), 1048576);
  EXPECT_EQ(*ParseByteSize("12B"), 12);
  EXPECT_EQ(*ParseByteSize("3k"), 3000);
  EXPECT_EQ(*ParseByteSize("700M"), 700000000);
  EXPECT_EQ(*ParseByteSize("256MiB"), 256 << 20);
  EXPECT_EQ(*ParseByteSize("256 mib"), 256 << 20);
  EXPECT_EQ(*ParseByteSize("4.2GB"), 4200000000);
  EXPECT_EQ(*ParseByteSize("1.5Gi"), uint64_t{3} << 29);
  EXPECT_EQ(*ParseByteSize("2T"), 2000000000000);
}

TEST(ByteSizeTest, WhatIsNoSize) {
  for (const char* text : {"", "M", "-1", "1.2.3", "1X", "1iB", "1MM", "1e3",
                           "99999999T", "nan", "0x10", "1 2"}) {
    const auto size = ParseByteSize(text);
    EXPECT_EQ(size.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_NE(size.status().message().find(text), std::string::npos);
  }
}

TEST(ByteSizeTest, FlagsComeBack) {
  for (uint64_t bytes :
       {uint64_t{0}, uint64_t{1}, uint64_t{256} << 20, uint64_t{12345678901}}) {
    ByteSize size;
    std::string error;
    ASSERT_TRUE(AbslParseFlag(AbslUnparseFlag({bytes}), &size, &error));
    EXPECT_EQ(size.bytes, bytes);
  }
}

}  // namespace
}  // namespace tessera
