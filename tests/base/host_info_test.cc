#include "base/host_info.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(HostInfoTest, ReadsProc) {
  EXPECT_EQ(CpuNameIn("processor\t: 0\nmodel\t\t: 167\n"
                      "model name\t: A CPU: 5 GHz \nmodel name\t: B\n"),
            "A CPU: 5 GHz");
  EXPECT_EQ(CpuNameIn(""), "");
  constexpr char kText[] =
      "MemTotal:       24 kB\nMemAvailable:   7 kB\nHuge: 3\n";
  EXPECT_EQ(KilobytesIn(kText, "MemAvailable"), 7u * 1024);
  EXPECT_EQ(KilobytesIn(kText, "Mem"), 0u);
  EXPECT_EQ(KilobytesIn(kText, "Huge"), 0u);
}

TEST(HostInfoTest, ThisMachineHasMemory) {
  EXPECT_GT(AvailableMemory(), 0u);
  EXPECT_GT(ResidentMemory(), 0u);
  EXPECT_EQ(TimeStamp().size(), sizeof("2026-11-20T12:00:00Z") - 1);
}

}  // namespace
}  // namespace tessera
