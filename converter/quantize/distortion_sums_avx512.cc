#define TESSERA_DISTORTION_ISA avx512
#include "converter/quantize/distortion_sums-inl.h"
