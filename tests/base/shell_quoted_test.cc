#include "base/shell_quoted.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(ShellQuotedTest, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(ShellQuoted("a/b-1_x.gguf"), "a/b-1_x.gguf");
  EXPECT_EQ(ShellQuoted("my model.gguf"), "'my model.gguf'");
  EXPECT_EQ(ShellQuoted("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuoted("$(rm x) `y` *"), "'$(rm x) `y` *'");
  EXPECT_EQ(ShellQuoted("~x"), "'~x'");
  EXPECT_EQ(ShellQuoted(""), "''");
}

TEST(ShellQuotedTest, ADashMakesNoFlag) {
  EXPECT_EQ(ShellQuoted("-x.gguf"), "./-x.gguf");
  EXPECT_EQ(ShellQuoted("-x y"), "'./-x y'");
}

TEST(ShellQuotedTest, WhatCannotBeShownIsEscaped) {
  EXPECT_EQ(ShellQuoted("caf\xe9'.gguf"), "$'caf\\xe9\\'.gguf'");
  EXPECT_EQ(ShellQuoted("a\nb\x1b"), "$'a\\nb\\x1b'");
  EXPECT_EQ(ShellQuoted("caf\xc3\xa9"), "'caf\xc3\xa9'");
}

}  // namespace
}  // namespace tessera
