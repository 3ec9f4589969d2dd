#include "base/interrupt.h"

#include <csignal>

#include "base/command_line.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// In processes of their own: what was caught stays caught.
[[noreturn]] void EndWith(int number, int code) {
  std::exit(RunMain([&] {
    CatchInterrupt();
    EXPECT_FALSE(WasInterrupted());
    EXPECT_EQ(InterruptExitCode(), 0);
    std::raise(number);
    if (!WasInterrupted()) std::_Exit(99);
    return code;
  }));
}

TEST(InterruptTest, TheFirstIsAWish) {
  EXPECT_EXIT(EndWith(SIGINT, 0), testing::ExitedWithCode(130), "");
  EXPECT_EXIT(EndWith(SIGTERM, 0), testing::ExitedWithCode(143), "");
  EXPECT_EXIT(EndWith(SIGINT, 1), testing::ExitedWithCode(1), "");
}

TEST(InterruptTest, TheSecondIsAnEnd) {
  EXPECT_EXIT(
      {
        CatchInterrupt();
        std::raise(SIGINT);
        std::raise(SIGINT);
        std::_Exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptTest, EachCanBeForgotten) {
  EXPECT_EXIT(std::exit(RunMain([] {
                CatchEachInterrupt();
                for (int i = 0; i < 3; ++i) {
                  std::raise(SIGINT);
                  if (!WasInterrupted()) std::_Exit(99);
                  ForgetInterrupt();
                  if (WasInterrupted()) std::_Exit(98);
                }
                return 0;
              })),
              testing::ExitedWithCode(0), "");
  // The last one counts.
  EXPECT_EXIT(std::exit(RunMain([] {
                CatchEachInterrupt();
                std::raise(SIGINT);
                return 0;
              })),
              testing::ExitedWithCode(130), "");
  EXPECT_EXIT(
      {
        CatchEachInterrupt();
        std::raise(SIGINT);
        std::raise(SIGINT);
        std::_Exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptTest, WhatIsIgnoredStaysIgnored) {
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_IGN);
        CatchInterrupt();
        std::raise(SIGINT);
        std::_Exit(WasInterrupted() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tessera
