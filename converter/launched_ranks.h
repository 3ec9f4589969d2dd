// The group that this process was launched in.
#ifndef CONVERTER_LAUNCHED_RANKS_H_
#define CONVERTER_LAUNCHED_RANKS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "converter/rank_group.h"

namespace tessera {

// The processes of mpirun, or this one alone if nothing launched it as one of
// several. Leaves MPI when it is destroyed. FailedPrecondition if the launcher
// says that there are others, and this program was built without MPI, or MPI
// does not find them: it was another launcher than MPI's own. Where MPI itself
// cannot start, it says why and ends the program. Call it once.
absl::StatusOr<std::unique_ptr<RankGroup>> LaunchedRanks();

}  // namespace tessera

#endif  // CONVERTER_LAUNCHED_RANKS_H_
