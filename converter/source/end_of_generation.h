// Tokens that end a generation by convention.
#ifndef CONVERTER_SOURCE_END_OF_GENERATION_H_
#define CONVERTER_SOURCE_END_OF_GENERATION_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// True for "<|eot_id|>", "<|im_end|>" and the like: texts that end a turn in
// widely used models. The list is llama.cpp's (llama-vocab.cpp, September
// 2026). They count only where the token is of control type.
bool IsEndOfGenerationText(absl::string_view text);

// Gives control type to tokens with such a text, as llama.cpp does with those
// of a GGUF file, whatever type they have there.
void MarkEndsAsControl(TokenizerData* data);

// Sets data->end_of_generation_id to `ids` and all control tokens with such a
// text, ascending and without eos_id. `ids` must be in range. As in llama.cpp,
// "<|end|>" is left out where it ends a part of an answer only (beside
// "<|return|>" and "<|call|>", or "<|calls|>" and "<|flush|>"), and "</s>"
// beside "<|tool_response>"; not if it is one of `ids`.
void SetEndOfGeneration(std::vector<uint32_t> ids, TokenizerData* data);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_END_OF_GENERATION_H_
