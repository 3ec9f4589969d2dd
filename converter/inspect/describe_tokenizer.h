// What inspect says of an arena's tokenizer.
#ifndef CONVERTER_INSPECT_DESCRIBE_TOKENIZER_H_
#define CONVERTER_INSPECT_DESCRIBE_TOKENIZER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "converter/inspect/file_description.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// Kind, steps, sizes, ids, and the names of the chat templates.
FactGroup DescribeTokenizer(const TokenizerData& tokenizer);

// "byte-level BPE".
absl::string_view TokenizerKindName(TokenizerData::Kind kind);

// The text of token `id` as it is spelled in the vocabulary; "" for an id that
// is beyond it.
std::string TokenText(const TokenizerData& tokenizer, uint32_t id);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_TOKENIZER_H_
