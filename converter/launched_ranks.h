// The group that this process was launched in.
#ifndef CONVERTER_LAUNCHED_RANKS_H_
#define CONVERTER_LAUNCHED_RANKS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "converter/rank_group.h"

namespace tessera {

// The processes of mpirun, or this one alone if nothing launched it as one of
// several. Leaves MPI when it is destroyed. FailedPrecondition if this program
// was built without MPI and has others beside it. Call it once.
absl::StatusOr<std::unique_ptr<RankGroup>> LaunchedRanks();

}  // namespace tessera

#endif  // CONVERTER_LAUNCHED_RANKS_H_
