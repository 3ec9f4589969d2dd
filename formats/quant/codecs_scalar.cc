#define TESSERA_CODEC_ISA scalar
#include "formats/quant/codecs-inl.h"
