#define TESSERA_CODEC_ISA avx2
#include "formats/quant/codecs-inl.h"
