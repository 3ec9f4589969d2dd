// The flags that change the angles of a model.
#ifndef RUNTIME_LLM_ROPE_FLAGS_H_
#define RUNTIME_LLM_ROPE_FLAGS_H_

#include "absl/status/statusor.h"
#include "runtime/model/rope_overrides.h"

namespace tessera {

// InvalidArgument, naming the flag, for a mistake.
absl::StatusOr<RopeOverrides> RopeOverridesFromFlags();

}  // namespace tessera

#endif  // RUNTIME_LLM_ROPE_FLAGS_H_
