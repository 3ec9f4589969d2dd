// A conversation in JSON through a model's chat template.
#ifndef RUNTIME_CHAT_APPLY_TEMPLATE_H_
#define RUNTIME_CHAT_APPLY_TEMPLATE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/json/json_document.h"
#include "runtime/chat/marked_text.h"

namespace tessera {

// What apply_chat_template of transformers makes of the arguments in `json`, an
// object: messages, tools (none if absent), documents (none),
// add_generation_prompt (false), chat_template (a name or a text), and whatever
// else the template asks for. `now` in `zone` is what strftime_now tells.
// Errors as ChooseChatTemplate and ChatTemplate.
absl::StatusOr<MarkedText> ApplyTemplate(const TokenizerData& tokenizer,
                                         JsonValue json, absl::Time now,
                                         absl::TimeZone zone);

}  // namespace tessera

#endif  // RUNTIME_CHAT_APPLY_TEMPLATE_H_
