#include "converter/export_tokenizer.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tessera {
namespace {

using google::protobuf::RepeatedField;

// Keeps merges of tokens below `size` whose result is one of them too.
void CutMerges(uint32_t size, TokenizerData* data) {
  std::vector<absl::string_view> texts;
  absl::string_view rest(data->token_text());
  for (const uint32_t length : data->token_length()) {
    texts.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  const absl::flat_hash_set<absl::string_view> kept(texts.begin(), texts.end());
  RepeatedField<uint32_t> left;
  RepeatedField<uint32_t> right;
  for (int i = 0; i < data->merge_left_size(); ++i) {
    const uint32_t l = data->merge_left(i);
    const uint32_t r = data->merge_right(i);
    if (l >= size || r >= size ||
        !kept.contains(absl::StrCat(texts[l], texts[r]))) {
      continue;
    }
    left.Add(l);
    right.Add(r);
  }
  data->mutable_merge_left()->Swap(&left);
  data->mutable_merge_right()->Swap(&right);
}

void CutIds(uint32_t size, TokenizerData* data) {
  if (data->bos_id() >= size) data->clear_bos_id();
  if (data->eos_id() >= size) data->clear_eos_id();
  if (data->unknown_id() >= size) data->clear_unknown_id();
  if (data->padding_id() >= size) data->clear_padding_id();
  data->set_add_bos(data->add_bos() && data->has_bos_id());
  data->set_add_eos(data->add_eos() && data->has_eos_id());
  RepeatedField<uint32_t> ends;
  for (const uint32_t id : data->end_of_generation_id()) {
    if (id < size) ends.Add(id);
  }
  data->mutable_end_of_generation_id()->Swap(&ends);
}

// The tokenizer without tokens from `size` on.
TokenizerData Cut(TokenizerData data, uint32_t size) {
  size_t bytes = 0;
  for (uint32_t id = 0; id < size; ++id) bytes += data.token_length(id);
  data.mutable_token_text()->resize(bytes);
  data.mutable_token_length()->Truncate(static_cast<int>(size));
  if (!data.token_type().empty()) data.mutable_token_type()->resize(size);
  if (!data.token_flags().empty()) data.mutable_token_flags()->resize(size);
  if (data.token_score_size() > 0) {
    data.mutable_token_score()->Truncate(static_cast<int>(size));
  }
  if (data.exact_token_score_size() > 0) {
    data.mutable_exact_token_score()->Truncate(static_cast<int>(size));
  }
  CutMerges(size, &data);
  CutIds(size, &data);
  return data;
}

}  // namespace

std::optional<GgufForm> ExportedTokenizer(const WeightSource& arena) {
  if (!arena.tokenizer.has_value()) return std::nullopt;
  const uint64_t tokens =
      static_cast<uint64_t>(arena.tokenizer->token_length_size());
  const uint64_t rows = arena.model.has_value() ? arena.model->vocab_size() : 0;
  if (rows == 0 || tokens <= rows) return FormForGguf(*arena.tokenizer);
  GgufForm form =
      FormForGguf(Cut(*arena.tokenizer, static_cast<uint32_t>(rows)));
  form.notes.push_back(
      absl::StrCat("the tokenizer has ", tokens, " tokens and the model ", rows,
                   "; the GGUF file has no more than the model"));
  return form;
}

}  // namespace tessera
