// The functions of tessera.h about tokens.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "runtime/capi/boundary.h"
#include "runtime/capi/open_arena.h"
#include "runtime/capi/tessera.h"

namespace tessera {
namespace {

absl::StatusOr<Tokenizer::EncodeOptions> EncodeOptionsOf(unsigned flags) {
  if ((flags & ~(TESSERA_ADD_SPECIAL | TESSERA_PARSE_SPECIAL)) != 0) {
    return absl::InvalidArgumentError(
        "flags have other bits than TESSERA_ADD_SPECIAL and "
        "TESSERA_PARSE_SPECIAL");
  }
  return Tokenizer::EncodeOptions{(flags & TESSERA_ADD_SPECIAL) != 0,
                                  (flags & TESSERA_PARSE_SPECIAL) != 0};
}

}  // namespace
}  // namespace tessera

tessera_status tessera_tokenize(const tessera_arena* arena, const char* text,
                                size_t size, unsigned flags, int32_t* ids,
                                size_t capacity, size_t* count,
                                tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"arena", arena}, {"text", text}, {"count", count}},
      [&]() -> absl::Status {
        TESSERA_RETURN_IF_ERROR(tessera::CheckBuffer(ids, capacity));
        TESSERA_ASSIGN_OR_RETURN(const auto options,
                                 tessera::EncodeOptionsOf(flags));
        TESSERA_ASSIGN_OR_RETURN(const tessera::Tokenizer* tokenizer,
                                 arena->shared->FindTokenizer());
        const std::vector<int32_t> all =
            tokenizer->Encode(absl::string_view(text, size), options);
        std::copy_n(all.begin(), std::min(all.size(), capacity), ids);
        *count = all.size();
        return absl::OkStatus();
      });
}

tessera_status tessera_token_text(const tessera_arena* arena, int32_t id,
                                  char* bytes, size_t capacity, size_t* size,
                                  tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"arena", arena}, {"size", size}}, [&]() -> absl::Status {
        TESSERA_RETURN_IF_ERROR(tessera::CheckBuffer(bytes, capacity));
        TESSERA_ASSIGN_OR_RETURN(const tessera::Tokenizer* tokenizer,
                                 arena->shared->FindTokenizer());
        const std::string text = tokenizer->Decode(id);
        std::copy_n(text.begin(), std::min(text.size(), capacity), bytes);
        *size = text.size();
        return absl::OkStatus();
      });
}

tessera_status tessera_token_ends_text(const tessera_arena* arena, int32_t id,
                                       bool* ends, tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"arena", arena}, {"ends", ends}}, [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(const tessera::Tokenizer* tokenizer,
                                 arena->shared->FindTokenizer());
        *ends = tokenizer->IsEndOfGeneration(id);
        return absl::OkStatus();
      });
}
