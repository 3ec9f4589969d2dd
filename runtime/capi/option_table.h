// Options of the C API: strings by name, checked when they are set.
#ifndef RUNTIME_CAPI_OPTION_TABLE_H_
#define RUNTIME_CAPI_OPTION_TABLE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/capi/tessera.h"
#include "runtime/cpu/numa_policy.h"
#include "runtime/loader/load_options.h"

// What the options come to.
struct tessera_options {
  int threads = 0;        // 0: one per CPU
  int64_t ctx_size = 0;   // 0: see DecoderOptions
  int64_t sequences = 1;  // that have room, the context's own too
  tessera::LoadOptions load;
  tessera::NumaPolicy numa;
};

namespace tessera {

// `options`, or the defaults if it is NULL.
tessera_options OptionsOrDefault(const tessera_options* options);

// Sets one option. InvalidArgument, naming what is allowed.
absl::Status SetOption(absl::string_view key, absl::string_view value,
                       tessera_options& options);

}  // namespace tessera

#endif  // RUNTIME_CAPI_OPTION_TABLE_H_
