// Chat templates in GGUF metadata.
#ifndef CONVERTER_SOURCE_GGUF_CHAT_TEMPLATES_H_
#define CONVERTER_SOURCE_GGUF_CHAT_TEMPLATES_H_

#include "absl/status/status.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// Sets the templates of `data`: tokenizer.chat_template is the chat template,
// tokenizer.chat_template.<name> one with a name. DataLoss, naming the key, for
// a value that is no text in UTF-8.
absl::Status ReadChatTemplates(const GgufMetadata& metadata,
                               TokenizerData* data);

// Appends the same keys, and tokenizer.chat_templates, the list of names. In
// names, what is neither letter nor digit of ASCII becomes "_", as llama.cpp's
// converter has it.
void AppendChatTemplates(const TokenizerData& data, GgufMetadata* metadata);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_CHAT_TEMPLATES_H_
