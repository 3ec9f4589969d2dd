#include "converter/other_machine.h"

#include "absl/strings/str_cat.h"

namespace tessera {

std::string OtherMachineNote(const ProfileMachine& measured,
                             const MachineId& here) {
  if (measured.fingerprint.empty() ||
      measured.fingerprint == here.fingerprint) {
    return "";
  }
  return absl::StrCat("was measured on ", measured.cpu, " (",
                      measured.fingerprint, "), this machine is ", here.cpu,
                      " (", here.fingerprint,
                      "); on the machine that will run the model, bench "
                      "--advise measures what is fastest there");
}

}  // namespace tessera
