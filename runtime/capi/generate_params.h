// tessera_generate_params as C++ options.
#ifndef RUNTIME_CAPI_GENERATE_PARAMS_H_
#define RUNTIME_CAPI_GENERATE_PARAMS_H_

#include "absl/status/statusor.h"
#include "runtime/capi/tessera.h"
#include "runtime/llm/generator.h"
#include "runtime/llm/sampler.h"

namespace tessera {

struct GenerateRequest {
  SamplerOptions sampler;
  GenerateOptions limits;
};

// Reads the members that `params` has (see struct_size); others, and all if it
// is NULL, are the defaults. A seed of -1 becomes one from the clock.
// InvalidArgument, naming the member, for a value out of range.
absl::StatusOr<GenerateRequest> ReadGenerateParams(
    const tessera_generate_params* params);

}  // namespace tessera

#endif  // RUNTIME_CAPI_GENERATE_PARAMS_H_
