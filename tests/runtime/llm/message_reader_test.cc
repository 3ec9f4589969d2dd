#include "runtime/llm/message_reader.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/llm/line_reader.h"

namespace tessera {
namespace {

// The messages of `input`, each with "!" behind it if it stood in a block, and
// the prompts before them.
std::vector<std::string> Messages(const std::string& input,
                                  std::string* prompts) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  EXPECT_EQ(write(ends[1], input.data(), input.size()),
            static_cast<ssize_t>(input.size()));
  close(ends[1]);
  LineReader lines(ends[0]);
  MessageReader reader(&lines, {"> ", ". "});
  std::vector<std::string> messages;
  std::string message;
  bool is_block = false;
  const auto show = [&](absl::string_view prompt) {
    absl::StrAppend(prompts, prompt);
  };
  while (reader.Read(show, &message, &is_block) == LineReader::Result::kLine) {
    messages.push_back(absl::StrCat(message, is_block ? "!" : ""));
  }
  close(ends[0]);
  return messages;
}

TEST(MessageReaderTest, LinesAreMessages) {
  std::string prompts;
  EXPECT_EQ(Messages("one\r\n\ntwo\nlast", &prompts),
            (std::vector<std::string>{"one", "", "two", "last"}));
  EXPECT_EQ(prompts, "> > > > > ");
}

TEST(MessageReaderTest, BackslashesGoOn) {
  std::string prompts;
  EXPECT_EQ(Messages("one\\\n two\\\nthree\nfour\\\n", &prompts),
            (std::vector<std::string>{"one\n two\nthree", "four\n"}));
  EXPECT_EQ(prompts, "> . . > . > ");
}

TEST(MessageReaderTest, BlocksStandAsTheyAre) {
  std::string prompts;
  EXPECT_EQ(
      Messages("\"\"\"\n/help\n\n  a\\\n\"\"\"\nb\n\"\"\"\nopen", &prompts),
      (std::vector<std::string>{"/help\n\n  a\\!", "b", "open!"}));
}

}  // namespace
}  // namespace tessera
