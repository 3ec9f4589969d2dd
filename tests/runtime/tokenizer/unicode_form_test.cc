#include "runtime/tokenizer/unicode_form.h"

#include <string>

#include "gtest/gtest.h"

namespace tessera {
namespace {

std::string InForm(NormalizerStep::UnicodeForm form, absl::string_view text) {
  std::string result = "x";
  if (!AppendInUnicodeForm(form, text, &result)) {
    EXPECT_EQ(result, "x");
    return std::string(text);
  }
  return result.substr(1);
}

TEST(UnicodeFormTest, FourForms) {
  const std::string text = "e\u0301\u00E9\uFB01\uAC00";
  EXPECT_EQ(InForm(NormalizerStep::NFC, text), "\u00E9\u00E9\uFB01\uAC00");
  EXPECT_EQ(InForm(NormalizerStep::NFD, text),
            "e\u0301e\u0301\uFB01\u1100\u1161");
  EXPECT_EQ(InForm(NormalizerStep::NFKC, text), "\u00E9\u00E9fi\uAC00");
  EXPECT_EQ(InForm(NormalizerStep::NFKD, text), "e\u0301e\u0301fi\u1100\u1161");
  EXPECT_EQ(InForm(NormalizerStep::NFC, "ascii"), "ascii");
  EXPECT_EQ(InForm(NormalizerStep::NFC, ""), "");
}

TEST(UnicodeFormTest, CharactersNewerThanTheRustLibraryStay) {
  EXPECT_EQ(InForm(NormalizerStep::NFD, "\U00011938\u00E9"),
            "\U00011938e\u0301");
  EXPECT_EQ(InForm(NormalizerStep::NFC, "\U00011935\U00011930e\u0301"),
            "\U00011935\U00011930\u00E9");
}

TEST(UnicodeFormTest, LongRunsOfMarks) {
  std::string text = "a";
  std::string sorted = "a";
  for (int i = 0; i < 100000; ++i) text += "\u0301\u0327";
  for (int i = 0; i < 100000; ++i) sorted += "\u0327";
  for (int i = 0; i < 100000; ++i) sorted += "\u0301";
  EXPECT_TRUE(InForm(NormalizerStep::NFD, text) == sorted);
  EXPECT_TRUE(InForm(NormalizerStep::NFD, sorted) == sorted);
  EXPECT_EQ(InForm(NormalizerStep::NFC, text).size(), sorted.size() - 1);
}

}  // namespace
}  // namespace tessera
