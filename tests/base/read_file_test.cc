#include "base/read_file.h"

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ReadFileTest, ReadsEveryByte) {
  const std::string path = testing::TempDir() + "/bytes";
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) bytes.push_back(static_cast<char>(i));
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(*ReadFile(path), bytes);
  std::ofstream(path, std::ios::trunc).flush();
  EXPECT_EQ(*ReadFile(path), "");
}

TEST(ReadFileTest, SaysWhatCannotBeRead) {
  const std::string missing = testing::TempDir() + "/missing";
  const auto none = ReadFile(missing);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StartsWith(none.status().message(), missing + ": "));
  EXPECT_FALSE(ReadFile(testing::TempDir()).ok());
}

TEST(ReadFileTest, DoesNotReadOnWithoutEnd) {
  const std::string path = testing::TempDir() + "/ten";
  std::ofstream(path) << "0123456789";
  EXPECT_EQ(*ReadFile(path, 10), "0123456789");
  EXPECT_EQ(ReadFile(path, 9).status().code(),
            absl::StatusCode::kResourceExhausted);
  const auto endless = ReadFile("/dev/zero", 1 << 20);
  EXPECT_EQ(endless.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(endless.status().message(),
            "/dev/zero: is longer than 1048576 bytes");
}

}  // namespace
}  // namespace tessera
