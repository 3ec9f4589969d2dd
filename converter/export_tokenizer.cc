#include "converter/export_tokenizer.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "formats/tokenizer/first_tokens.h"

namespace tessera {

std::optional<GgufForm> ExportedTokenizer(const WeightSource& arena) {
  if (!arena.tokenizer.has_value()) return std::nullopt;
  const uint64_t tokens =
      static_cast<uint64_t>(arena.tokenizer->token_length_size());
  const uint64_t rows = arena.model.has_value() ? arena.model->vocab_size() : 0;
  if (rows == 0 || tokens <= rows) return FormForGguf(*arena.tokenizer);
  GgufForm form =
      FormForGguf(FirstTokens(*arena.tokenizer, static_cast<uint32_t>(rows)));
  form.notes.push_back(
      absl::StrCat("the tokenizer has ", tokens, " tokens and the model ", rows,
                   "; the GGUF file has no more than the model"));
  return form;
}

}  // namespace tessera
