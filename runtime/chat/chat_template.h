// Chat templates: what models expect a conversation to look like.
#ifndef RUNTIME_CHAT_CHAT_TEMPLATE_H_
#define RUNTIME_CHAT_CHAT_TEMPLATE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "runtime/chat/marked_text.h"
#include "runtime/chat/syntax.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera {

// A template in Jinja's language, as Hugging Face's transformers runs it; see
// docs/chat.md. Nothing outside of the variables is reached. Immutable, and
// thread-safe.
class ChatTemplate {
 public:
  // InvalidArgument, with the line, for what is no template; Unimplemented for
  // statements that are not supported; ResourceExhausted if it is too large.
  static absl::StatusOr<ChatTemplate> Parse(absl::string_view source);

  // The text for `variables`, which live in `heap`, and which of its bytes came
  // from them. `now` in `zone` is what strftime_now tells. InvalidArgument,
  // with the line, for what the template does wrong, and for what it refuses
  // with raise_exception, in its words; ResourceExhausted beyond the heap's
  // limits.
  absl::StatusOr<MarkedText> Render(jinja::ValueHeap& heap,
                                    const jinja::DictObject& variables,
                                    absl::Time now, absl::TimeZone zone) const;

 private:
  explicit ChatTemplate(std::shared_ptr<const jinja::Syntax> syntax)
      : syntax_(std::move(syntax)) {}

  std::shared_ptr<const jinja::Syntax> syntax_;
};

}  // namespace tessera

#endif  // RUNTIME_CHAT_CHAT_TEMPLATE_H_
