// Whether a layout profile is from this machine.
#ifndef CONVERTER_OTHER_MACHINE_H_
#define CONVERTER_OTHER_MACHINE_H_

#include <string>

#include "base/machine_id.h"
#include "formats/layout/layout_profile.h"

namespace tessera {

// What to tell the user if `measured` is not `here`, with both names; empty if
// it is, or if the profile does not say.
std::string OtherMachineNote(const ProfileMachine& measured,
                             const MachineId& here);

}  // namespace tessera

#endif  // CONVERTER_OTHER_MACHINE_H_
