#include "converter/source/tokens_without_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"
#include "formats/tokenizer/first_tokens.h"

namespace tessera {

void NoteTokensWithoutRows(WeightSource* source) {
  if (!source->tokenizer.has_value()) return;
  const auto embedding = std::find_if(
      source->tensors.begin(), source->tensors.end(),
      [name = GgufName(TensorRole::kTokenEmbedding)](
          const SourceTensor& tensor) { return tensor.name == name; });
  if (embedding == source->tensors.end() || embedding->shape.size() != 2) {
    return;
  }
  const TokenizerData& tokenizer = *source->tokenizer;
  const auto tokens = static_cast<uint64_t>(tokenizer.token_length_size());
  const uint64_t rows = embedding->rows();
  if (tokens <= rows) return;
  size_t begin = 0;
  for (uint64_t id = 0; id < rows; ++id) {
    begin += tokenizer.token_length(static_cast<int>(id));
  }
  const absl::string_view first =
      absl::string_view(tokenizer.token_text())
          .substr(std::min(begin, tokenizer.token_text().size()),
                  tokenizer.token_length(static_cast<int>(rows)));
  source->notes.push_back(absl::StrCat(
      "the tokenizer has ", tokens, " tokens, and ", embedding->source_name,
      " has ", rows, " rows: token ", rows, " (", Quoted(first), ")",
      tokens - rows > 1 ? absl::StrCat(" and ", tokens - rows - 1, " more")
                        : std::string(),
      tokens - rows > 1 ? " are" : " is", " kept, and no text is encoded to ",
      tokens - rows > 1 ? "them" : "it"));
  for (const uint32_t id : TokensAroundTexts(tokenizer)) {
    if (id < rows) continue;
    source->AddNotRun(
        absl::StrCat("token ", id,
                     ", which has no row, begins or ends every text, so that "
                     "the model cannot be run"));
    return;
  }
}

}  // namespace tessera
