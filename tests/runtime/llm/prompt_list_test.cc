#include "runtime/llm/prompt_list.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// "2: text" for each prompt, "2 error: ..." for those that are none.
std::vector<std::string> Read(absl::string_view file, bool unescape = false) {
  std::vector<std::string> result;
  for (const ListedPrompt& prompt : ReadPromptList(file, unescape)) {
    result.push_back(prompt.text.ok()
                         ? absl::StrCat(prompt.line, ": ", *prompt.text)
                         : absl::StrCat(prompt.line, " error: ",
                                        prompt.text.status().message()));
  }
  return result;
}

using Lines = std::vector<std::string>;

TEST(PromptListTest, OnePromptPerLine) {
  EXPECT_EQ(Read("one\n\n  two \r\n \t\nthree"),
            (Lines{"1: one", "3:   two ", "5: three"}));
  EXPECT_EQ(Read(""), Lines{});
  EXPECT_EQ(Read("\n\n"), Lines{});
  EXPECT_EQ(Read("\xEF\xBB\xBFone"), Lines{"1: one"});
  EXPECT_EQ(Read("a\\nb"), Lines{"1: a\\nb"});
  EXPECT_EQ(Read("a\\nb", true), Lines{"1: a\nb"});
  // The first line decides.
  EXPECT_EQ(Read("one\n{\"prompt\": 1}"),
            (Lines{"1: one", "2: {\"prompt\": 1}"}));
}

TEST(PromptListTest, ObjectsOfJson) {
  EXPECT_EQ(Read(R"(
 {"prompt": "one\nline", "id": 7}
{"prompt": ""})"),
            (Lines{"2: one\nline", "3: "}));
  // Escapes are JSON's own.
  EXPECT_EQ(Read(R"({"prompt": "a\\nb"})", true), Lines{"1: a\\nb"});
}

TEST(PromptListTest, LinesThatAreNoPromptsAreNamedAndTheRestGoesOn) {
  const Lines lines = Read(R"({"prompt": "one"}
{"text": "two"}
{"prompt": 3}
{"prompt": "fo
five
{"prompt": "a", "prompt": "b"}
[]
{"prompt": "eight"})");
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines[0], "1: one");
  EXPECT_EQ(lines[1], "2 error: the object has no \"prompt\"");
  EXPECT_EQ(lines[2].substr(0, 19), "3 error: \"prompt\" i") << lines[2];
  for (int i = 3; i < 7; ++i) {
    EXPECT_EQ(lines[i].substr(1, 7), " error:") << lines[i];
  }
  EXPECT_EQ(lines[7], "8: eight");
}

}  // namespace
}  // namespace tessera
