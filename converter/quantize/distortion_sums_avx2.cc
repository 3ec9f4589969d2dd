#define TESSERA_DISTORTION_ISA avx2
#include "converter/quantize/distortion_sums-inl.h"
