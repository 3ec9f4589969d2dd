#include "runtime/llm/arena_tokenizer.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/model/tensor_name.h"
#include "formats/tokenizer/first_tokens.h"
#include "formats/tokenizer/missing_tokenizer.h"

namespace tessera {

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(
    const TokenizerData& data, std::optional<uint64_t> embedding_rows) {
  const auto tokens = static_cast<uint64_t>(data.token_length_size());
  if (!embedding_rows.has_value() || *embedding_rows >= tokens) {
    return Tokenizer::Create(data);
  }
  const auto rows = static_cast<uint32_t>(*embedding_rows);
  for (const uint32_t id : TokensAroundTexts(data)) {
    // Those that are no tokens at all, Create refuses.
    if (id < rows || id >= tokens) continue;
    return absl::UnimplementedError(absl::StrCat(
        "tokenizer: token ", id, " begins or ends every text, but ",
        GgufName(TensorRole::kTokenEmbedding), " has ", rows,
        " rows, and none for it"));
  }
  return Tokenizer::Create(FirstTokens(data, rows));
}

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(
    const LoadedArena& arena) {
  TESSERA_RETURN_IF_ERROR(CheckHasTokenizer(arena.manifest()));
  const TensorView* embedding =
      arena.FindTensor(GgufName(TensorRole::kTokenEmbedding));
  std::optional<uint64_t> rows;
  if (embedding != nullptr && embedding->shape.size() == 2) {
    rows = embedding->shape[0];
  }
  return MakeTokenizer(arena.manifest().tokenizer(), rows);
}

}  // namespace tessera
