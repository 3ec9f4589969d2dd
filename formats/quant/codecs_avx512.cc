#define TESSERA_CODEC_ISA avx512
#include "formats/quant/codecs-inl.h"
