// The tables of codecs, one for each instruction set that has its own.
#ifndef FORMATS_QUANT_CODEC_TABLES_H_
#define FORMATS_QUANT_CODEC_TABLES_H_

#include "formats/quant/codec.h"

namespace tessera {
namespace codecs {

// Entries of a table.
inline constexpr int kCodecCount = 22;

// Defined in codecs_<isa>.cc. All give the same bytes and values.
namespace scalar {
const Codec* Table();
}
namespace avx2 {
const Codec* Table();
}
namespace avx512 {
const Codec* Table();
}

}  // namespace codecs
}  // namespace tessera

#endif  // FORMATS_QUANT_CODEC_TABLES_H_
