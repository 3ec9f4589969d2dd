"""The instruction sets with codecs of their own."""

# codec.cc says which ISA of base/isa.h uses which.
CODEC_ISAS = [
    "scalar",
    "avx2",
    "avx512",
]
