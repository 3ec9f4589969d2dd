// The functions of tessera.h about chat templates.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "formats/json/json_document.h"
#include "runtime/capi/boundary.h"
#include "runtime/capi/open_arena.h"
#include "runtime/capi/tessera.h"
#include "runtime/chat/apply_template.h"
#include "runtime/chat/marked_text.h"
#include "runtime/llm/chat_prompt.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {
namespace {

absl::StatusOr<MarkedText> Apply(const tessera_arena& arena, const char* json) {
  // Says why there is none.
  TESSERA_RETURN_IF_ERROR(arena.shared->FindTokenizer().status());
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(json);
  if (!document.ok()) {
    return absl::InvalidArgumentError(document.status().message());
  }
  return ApplyTemplate(arena.shared->loaded().manifest().tokenizer(),
                       document->root(), absl::Now(), absl::LocalTimeZone());
}

}  // namespace
}  // namespace tessera

tessera_status tessera_apply_chat_template(const tessera_arena* arena,
                                           const char* json, char* text,
                                           size_t capacity, size_t* size,
                                           tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"arena", arena}, {"json", json}, {"size", size}},
      [&]() -> absl::Status {
        TESSERA_RETURN_IF_ERROR(tessera::CheckBuffer(text, capacity));
        TESSERA_ASSIGN_OR_RETURN(const tessera::MarkedText made,
                                 tessera::Apply(*arena, json));
        std::copy_n(made.bytes().begin(), std::min(made.size(), capacity),
                    text);
        *size = made.size();
        return absl::OkStatus();
      });
}

tessera_status tessera_chat_tokens(const tessera_arena* arena, const char* json,
                                   int32_t* ids, size_t capacity, size_t* count,
                                   tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"arena", arena}, {"json", json}, {"count", count}},
      [&]() -> absl::Status {
        TESSERA_RETURN_IF_ERROR(tessera::CheckBuffer(ids, capacity));
        TESSERA_ASSIGN_OR_RETURN(const tessera::MarkedText made,
                                 tessera::Apply(*arena, json));
        TESSERA_ASSIGN_OR_RETURN(const tessera::Tokenizer* tokenizer,
                                 arena->shared->FindTokenizer());
        const std::vector<int32_t> all = tessera::EncodeChat(made, *tokenizer);
        std::copy_n(all.begin(), std::min(all.size(), capacity), ids);
        *count = all.size();
        return absl::OkStatus();
      });
}
