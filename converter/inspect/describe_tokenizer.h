// What inspect says of an arena's tokenizer.
#ifndef CONVERTER_INSPECT_DESCRIBE_TOKENIZER_H_
#define CONVERTER_INSPECT_DESCRIBE_TOKENIZER_H_

#include "converter/inspect/file_description.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// Kind, steps, sizes, ids, and the names of the chat templates.
FactGroup DescribeTokenizer(const TokenizerData& tokenizer);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_TOKENIZER_H_
