#include "base/byte_cursor.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ByteCursorTest, ReadsLittleEndianAtAnyAlignment) {
  const std::vector<uint8_t> bytes = {0xff, 0x78, 0x56, 0x34, 0x12};
  ByteCursor cursor(bytes);
  uint8_t first;
  uint32_t second;
  ASSERT_TRUE(cursor.Read(&first));
  ASSERT_TRUE(cursor.Read(&second));
  EXPECT_EQ(second, 0x12345678u);
  EXPECT_EQ(cursor.remaining(), 0u);
}

TEST(ByteCursorTest, AFailedReadDoesNotMove) {
  const std::vector<uint8_t> bytes = {1, 2, 3};
  ByteCursor cursor(bytes);
  uint32_t value = 7;
  absl::string_view text;
  EXPECT_FALSE(cursor.Read(&value));
  EXPECT_FALSE(cursor.ReadString(UINT64_MAX, &text));
  EXPECT_FALSE(cursor.Skip(4));
  EXPECT_EQ(cursor.position(), 0u);
  EXPECT_EQ(value, 7u);
}

TEST(ByteCursorTest, StringsMayHoldZeros) {
  const std::vector<uint8_t> bytes = {'a', 0, 'b'};
  ByteCursor cursor(bytes);
  absl::string_view text;
  ASSERT_TRUE(cursor.ReadString(3, &text));
  EXPECT_EQ(text, absl::string_view("a\0b", 3));
}

}  // namespace
}  // namespace tessera
