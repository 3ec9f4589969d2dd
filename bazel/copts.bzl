"""The only place with compiler flags for instruction sets."""

# Kernels are optimized in every compilation mode: sanitizer tests would take
# minutes otherwise. Results must not depend on what the compiler chooses to
# fuse, so fused multiply-adds are written out. No exceptions and no errno: a
# kernel never fails.
_KERNEL_COPTS = [
    "-ffp-contract=off",
    "-fno-exceptions",
    "-fno-math-errno",
]

_AVX2_COPTS = ["-O3", "-mavx2", "-mfma", "-mf16c"]

# GCC 12 takes the undefined operand of many AVX-512 intrinsics for a mistake
# (its bug 105593).
_AVX512_COPTS = _AVX2_COPTS + [
    "-Wno-maybe-uninitialized",
    "-Wno-uninitialized",
    "-mavx512f",
    "-mavx512bw",
    "-mavx512vl",
    "-mavx512dq",
]

_AVX512VNNI_COPTS = _AVX512_COPTS + ["-mavx512vnni"]

_ISA_COPTS = {
    "scalar": ["-O2"],
    "avx2": _AVX2_COPTS,
    "avx512": _AVX512_COPTS,
    "avx512vnni": _AVX512VNNI_COPTS,
    "amx": _AVX512VNNI_COPTS + [
        "-mavx512bf16",
        "-mamx-tile",
        "-mamx-bf16",
    ],
}

# As in base/isa.h.
ISAS = _ISA_COPTS.keys()

def isa_copts(isa):
    """Flags of a translation unit that holds the kernels of one ISA."""
    return _KERNEL_COPTS + _ISA_COPTS[isa]
