// The pre-tokenizer of a tokenizer.json.
#ifndef CONVERTER_SOURCE_HF_PRETOKENIZER_H_
#define CONVERTER_SOURCE_HF_PRETOKENIZER_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/json/json_document.h"

namespace tessera {

// Appends the steps of the member "pre_tokenizer" of `tokenizer`, the root of a
// tokenizer.json, to `data`. Read are ByteLevel, Split, Metaspace (in its old
// form too), Digits, Punctuation, Whitespace, WhitespaceSplit,
// CharDelimiterSplit, UnicodeScripts, BertPreTokenizer and Sequence.
// Unimplemented, naming it, for any other; DataLoss for a step without what it
// needs.
absl::Status ReadHfPretokenizer(JsonValue tokenizer, TokenizerData* data);

// A Metaspace, which decoders have too. `part` is for messages.
absl::StatusOr<SplitStep::Metaspace> ReadHfMetaspace(JsonValue json,
                                                     absl::string_view part);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_PRETOKENIZER_H_
