// The instruction sets that have kernels of their own.
#ifndef BASE_ISA_H_
#define BASE_ISA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// From the least to the most capable.
enum class Isa {
  kScalar = 0,
  kAvx2 = 1,        // AVX2, FMA, F16C
  kAvx512 = 2,      // AVX-512 F, BW, VL, DQ
  kAvx512Vnni = 3,  // and VNNI
  kAmx = 4,         // and AMX with bfloat16, AVX-512 BF16
};

// "scalar", "avx2", "avx512", "avx512vnni", "amx".
absl::string_view IsaName(Isa isa);

// All that this machine can run, ascending; never empty. Asks the operating
// system to let this process use AMX. Thread-safe.
std::vector<Isa> SupportedIsas();

// The best of SupportedIsas(), or what the environment variable TESSERA_ISA
// asks for. InvalidArgument if that is no name, or if this machine lacks it.
absl::StatusOr<Isa> ChooseIsa();

}  // namespace tessera

#endif  // BASE_ISA_H_
