// Further names of convert's flags.
#ifndef CONVERTER_CONVERT_ALIASES_H_
#define CONVERTER_CONVERT_ALIASES_H_

#include "base/flag_alias.h"

namespace tessera {

// Short names, and those of llama-quantize, llama-gguf-split and
// convert_hf_to_gguf.py.
inline constexpr FlagAlias kConvertAliases[] = {
    {"t", "threads"},
    {"output_tensor_type", "output_type"},
    {"token_embedding_type", "embedding_type"},
    {"leave_output_tensor", "",
     "--output_type with the type that output.weight has keeps it"},
    {"include_weights", "", "--imatrix counts for all tensors; leave it out"},
    {"exclude_weights", "", "--imatrix counts for all tensors; leave it out"},
    {"override_kv", "", "metadata stays what the input says"},
    {"outtype", "quantize"},
    {"outfile", "", "OUTPUT is the argument behind INPUT"},
    {"split", "", "see --split_max_size and --split_max_tensors"},
    {"merge", "", "an OUTPUT of one file merges INPUT's; leave it out"},
    {"keep_split", "", "see --split_max_size and --split_max_tensors"},
    {"tensor_type_file", "", "give --tensor_type for each rule"},
    {"prune_layers", "", "all layers are converted"},
};

}  // namespace tessera

#endif  // CONVERTER_CONVERT_ALIASES_H_
