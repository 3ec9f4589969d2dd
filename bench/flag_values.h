// The values of the bench tool's flags, from words.
#ifndef BENCH_FLAG_VALUES_H_
#define BENCH_FLAG_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/isa.h"
#include "bench/synthetic_arenas.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// All return InvalidArgument that names the flag for a value that is none.

// OK if least <= value <= most.
absl::Status CheckFlagRange(absl::string_view flag, int64_t value,
                            int64_t least, int64_t most);

// Counts of tokens, each at least `least`.
absl::StatusOr<std::vector<int64_t>> TokenCounts(
    absl::string_view flag, const std::vector<std::string>& words,
    int64_t least);

// --isas: those named, "all" that this machine has, or for no words the best.
absl::StatusOr<std::vector<Isa>> IsasFromWords(
    const std::vector<std::string>& words);

// --types of kernels; for no words all that have kernels.
absl::StatusOr<std::vector<DType>> DTypesFromWords(
    const std::vector<std::string>& words);

// --layouts; "auto" goes by the profile in the file `profile_path`, or by none
// if that is empty. Errors about the file start with its path.
absl::StatusOr<std::vector<LayoutChoice>> LayoutsFromWords(
    const std::vector<std::string>& words, const std::string& profile_path);

}  // namespace tessera

#endif  // BENCH_FLAG_VALUES_H_
