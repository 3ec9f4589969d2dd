#include "converter/other_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(OtherMachineTest, NamesBoth) {
  ProfileMachine measured;
  measured.cpu = "Abacus";
  measured.fingerprint = "0123";
  MachineId here;
  here.cpu = "Slide rule";
  here.fingerprint = "4567";
  EXPECT_THAT(OtherMachineNote(measured, here),
              testing::HasSubstr("was measured on Abacus (0123), this machine "
                                 "is Slide rule (4567)"));
  here.fingerprint = "0123";
  EXPECT_EQ(OtherMachineNote(measured, here), "");
  EXPECT_EQ(OtherMachineNote({}, here), "");
}

}  // namespace
}  // namespace tessera
