#include "base/message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

TEST(PrintMessageTest, OneLineWhateverItHolds) {
  CaptureStderr();
  PrintMessage("x\n: \x1b[2J\xff");
  EXPECT_EQ(GetCapturedStderr(), "x\\n: \\x1b[2J\\xff\n");
}

TEST(PrintMessageTest, NoMessageIsLong) {
  CaptureStderr();
  PrintMessage(absl::StrCat("x.gguf: ", std::string(300'000, '\x1b'), "; end"));
  const std::string line = GetCapturedStderr();
  EXPECT_LE(line.size(), kMostMessageBytes + 1);
  EXPECT_EQ(line.find("x.gguf: "), 0u);
  EXPECT_EQ(line.substr(line.size() - 6), "; end\n");
}

TEST(FewOfEachKindTest, CountsTheRest) {
  std::vector<std::string> notes = {"something else is wrong"};
  for (int i = 0; i < 5000; ++i) {
    notes.push_back(absl::StrCat("blk.", i, ".w: has no place here"));
  }
  for (int i = 0; i < 3; ++i) {
    notes.push_back(absl::StrCat("key 'a it\\'s ", i, "' is unknown"));
  }
  const std::vector<std::string> few = FewOfEachKind(notes, 2);
  const std::vector<std::string> expected = {
      "something else is wrong", "blk.0.w: has no place here",
      "blk.1.w: has no place here (and 4998 more of this kind)",
      "key 'a it\\'s 0' is unknown",
      "key 'a it\\'s 1' is unknown (and 1 more of this kind)"};
  EXPECT_EQ(few, expected);
}

TEST(FewOfEachKindTest, NothingIsSaidTwice) {
  const std::vector<std::string> notes = {"a", "b", "a"};
  EXPECT_EQ(FewOfEachKind(notes, 5), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(FewOfEachKind({}, 5).empty());
}

}  // namespace
}  // namespace tessera
