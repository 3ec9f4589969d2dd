#include "runtime/llm/arena_tokenizer.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/model/tensor_name.h"
#include "formats/tokenizer/first_tokens.h"

namespace tessera {
namespace {

// Ids that stand before or behind every text.
std::vector<uint32_t> FrameOf(const TokenizerData& data) {
  std::vector<uint32_t> ids(data.prefix_id().begin(), data.prefix_id().end());
  ids.insert(ids.end(), data.suffix_id().begin(), data.suffix_id().end());
  if (data.add_bos()) ids.push_back(data.bos_id());
  if (data.add_eos()) ids.push_back(data.eos_id());
  return ids;
}

}  // namespace

absl::Status CheckTokenizer(const LoadedArena& arena) {
  if (arena.manifest().has_tokenizer()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the arena holds no tokenizer; convert from a source that has one");
}

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(
    const LoadedArena& arena) {
  TESSERA_RETURN_IF_ERROR(CheckTokenizer(arena));
  const TokenizerData& data = arena.manifest().tokenizer();
  const auto tokens = static_cast<uint64_t>(data.token_length_size());
  const TensorView* embedding =
      arena.FindTensor(GgufName(TensorRole::kTokenEmbedding));
  if (embedding == nullptr || embedding->shape.size() != 2 ||
      embedding->shape[0] >= tokens) {
    return Tokenizer::Create(data);
  }
  const auto rows = static_cast<uint32_t>(embedding->shape[0]);
  for (const uint32_t id : FrameOf(data)) {
    // Those that are no tokens at all, Create refuses.
    if (id < rows || id >= tokens) continue;
    return absl::UnimplementedError(absl::StrCat(
        "tokenizer: token ", id, " begins or ends every text, but ",
        embedding->name, " has ", rows, " rows, and none for it"));
  }
  return Tokenizer::Create(FirstTokens(data, rows));
}

}  // namespace tessera
