#include "base/machine_id.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(MachineIdTest, ReadsProc) {
  const MachineId machine = CpuIdIn(
      "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\n"
      "model name\t: AMD EPYC\nstepping\t: 1\n\n"
      "processor\t: 1\ncpu family\t: 7\nmodel\t\t: 7\n");
  EXPECT_EQ(machine.cpu, "AMD EPYC");
  EXPECT_EQ(machine.family, 25);
  EXPECT_EQ(machine.model, 17);
  EXPECT_EQ(machine.stepping, 1);
  EXPECT_EQ(CpuIdIn("").family, 0);
}

TEST(MachineIdTest, ReadsChoices) {
  EXPECT_EQ(ChoiceInBrackets("always [madvise] never\n"), "madvise");
  EXPECT_EQ(ChoiceInBrackets(""), "unknown");
  EXPECT_EQ(ChoiceInBrackets("] always [never"), "unknown");
}

// Stored results are found by it: it must not change.
TEST(MachineIdTest, FingerprintIsFrozen) {
  MachineId machine;
  machine.cpu = "AMD EPYC";
  machine.family = 25;
  machine.model = 17;
  machine.stepping = 1;
  machine.isas = {"scalar", "avx2"};
  machine.cpus = 2;
  machine.last_level_cache_bytes = 335544320;
  const std::string fingerprint = FingerprintOf(machine);
  EXPECT_EQ(fingerprint, "0dd74a17064eabb1");
  machine.memory_bytes = 1;
  machine.os = "Linux";
  machine.transparent_huge_pages = "never";
  EXPECT_EQ(FingerprintOf(machine), fingerprint);
  machine.cpus = 4;
  EXPECT_NE(FingerprintOf(machine), fingerprint);
}

TEST(MachineIdTest, ThisMachineHasAFingerprint) {
  const MachineId machine = ThisMachine();
  EXPECT_EQ(machine.isas[0], "scalar");
  EXPECT_GT(machine.cpus, 0);
  EXPECT_GT(machine.memory_bytes, 0);
  EXPECT_EQ(machine.fingerprint, FingerprintOf(machine));
  EXPECT_EQ(machine.fingerprint.size(), 16u);
}

}  // namespace
}  // namespace tessera
