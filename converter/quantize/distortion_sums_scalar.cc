#define TESSERA_DISTORTION_ISA scalar
#include "converter/quantize/distortion_sums-inl.h"
