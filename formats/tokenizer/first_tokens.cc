#include "formats/tokenizer/first_tokens.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tessera {
namespace {

using google::protobuf::RepeatedField;

// Keeps merges of tokens below `count` whose result is one of them too.
void CutMerges(uint32_t count, TokenizerData* data) {
  std::vector<absl::string_view> texts;
  absl::string_view rest(data->token_text());
  for (const uint32_t length : data->token_length()) {
    texts.push_back(rest.substr(0, length));
    rest.remove_prefix(texts.back().size());
  }
  const absl::flat_hash_set<absl::string_view> kept(texts.begin(), texts.end());
  RepeatedField<uint32_t> left;
  RepeatedField<uint32_t> right;
  const int merges =
      std::min(data->merge_left_size(), data->merge_right_size());
  for (int i = 0; i < merges; ++i) {
    const uint32_t l = data->merge_left(i);
    const uint32_t r = data->merge_right(i);
    if (l >= count || r >= count ||
        !kept.contains(absl::StrCat(texts[l], texts[r]))) {
      continue;
    }
    left.Add(l);
    right.Add(r);
  }
  data->mutable_merge_left()->Swap(&left);
  data->mutable_merge_right()->Swap(&right);
}

void CutList(uint32_t count, RepeatedField<uint32_t>* ids) {
  RepeatedField<uint32_t> kept;
  for (const uint32_t id : *ids) {
    if (id < count) kept.Add(id);
  }
  ids->Swap(&kept);
}

void CutIds(uint32_t count, TokenizerData* data) {
  if (data->bos_id() >= count) data->clear_bos_id();
  if (data->eos_id() >= count) data->clear_eos_id();
  if (data->unknown_id() >= count) data->clear_unknown_id();
  if (data->padding_id() >= count) data->clear_padding_id();
  data->set_add_bos(data->add_bos() && data->has_bos_id());
  data->set_add_eos(data->add_eos() && data->has_eos_id());
  CutList(count, data->mutable_end_of_generation_id());
  CutList(count, data->mutable_prefix_id());
  CutList(count, data->mutable_suffix_id());
}

}  // namespace

TokenizerData FirstTokens(TokenizerData data, uint32_t count) {
  if (static_cast<uint32_t>(data.token_length_size()) <= count) return data;
  size_t bytes = 0;
  for (uint32_t id = 0; id < count; ++id) {
    bytes += data.token_length(static_cast<int>(id));
  }
  data.mutable_token_text()->resize(std::min(bytes, data.token_text().size()));
  data.mutable_token_length()->Truncate(static_cast<int>(count));
  for (std::string* list :
       {data.mutable_token_type(), data.mutable_token_flags()}) {
    if (list->size() > count) list->resize(count);
  }
  if (static_cast<uint32_t>(data.token_score_size()) > count) {
    data.mutable_token_score()->Truncate(static_cast<int>(count));
  }
  if (static_cast<uint32_t>(data.exact_token_score_size()) > count) {
    data.mutable_exact_token_score()->Truncate(static_cast<int>(count));
  }
  CutMerges(count, &data);
  CutIds(count, &data);
  return data;
}

std::vector<uint32_t> TokensAroundTexts(const TokenizerData& data) {
  std::vector<uint32_t> ids(data.prefix_id().begin(), data.prefix_id().end());
  ids.insert(ids.end(), data.suffix_id().begin(), data.suffix_id().end());
  if (data.add_bos()) ids.push_back(data.bos_id());
  if (data.add_eos()) ids.push_back(data.eos_id());
  return ids;
}

}  // namespace tessera
