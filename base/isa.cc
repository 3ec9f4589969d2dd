#include "base/isa.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

constexpr Isa kAllIsas[] = {Isa::kScalar, Isa::kAvx2, Isa::kAvx512,
                            Isa::kAvx512Vnni, Isa::kAmx};

// Linux gives a process the 8 KiB of tile registers only when asked
// (Documentation/arch/x86/xstate.rst).
bool RequestAmx() {
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;               // XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

// CPUID 7.0: EDX bit 22 AMX-BF16, bit 24 AMX-TILE. GCC 12 knows no names.
bool CpuHasAmx() {
  constexpr unsigned kBits = 1u << 22 | 1u << 24;
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 &&
         (edx & kBits) == kBits;
}

// __builtin_cpu_supports looks at CPUID and at the registers that the
// operating system saves (XCR0).
bool IsSupported(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return true;
    case Isa::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("f16c");
    case Isa::kAvx512:
      return IsSupported(Isa::kAvx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512dq");
    case Isa::kAvx512Vnni:
      return IsSupported(Isa::kAvx512) && __builtin_cpu_supports("avx512vnni");
    case Isa::kAmx: {
      static const bool supported = IsSupported(Isa::kAvx512Vnni) &&
                                    __builtin_cpu_supports("avx512bf16") &&
                                    CpuHasAmx() && RequestAmx();
      return supported;
    }
  }
  return false;
}

}  // namespace

absl::string_view IsaName(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return "scalar";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Vnni:
      return "avx512vnni";
    case Isa::kAmx:
      return "amx";
  }
  return "unknown";
}

std::vector<Isa> SupportedIsas() {
  std::vector<Isa> supported;
  for (Isa isa : kAllIsas) {
    if (IsSupported(isa)) supported.push_back(isa);
  }
  return supported;
}

absl::StatusOr<Isa> ChooseIsa() {
  const char* name = std::getenv("TESSERA_ISA");
  if (name == nullptr || *name == '\0') return SupportedIsas().back();
  for (Isa isa : kAllIsas) {
    if (IsaName(isa) != name) continue;
    if (IsSupported(isa)) return isa;
    return absl::InvalidArgumentError(
        absl::StrCat("TESSERA_ISA: this machine does not have ", name,
                     "; the best it has is ", IsaName(SupportedIsas().back())));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("TESSERA_ISA: expected scalar, avx2, avx512, avx512vnni "
                   "or amx, found '",
                   name, "'"));
}

}  // namespace tessera
