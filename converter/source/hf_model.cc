#include "converter/source/hf_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/hf_steps.h"
#include "formats/json/json_member.h"
#include "simdjson.h"

namespace tessera {
namespace {

// `status`, of a value, with the value's name in front.
absl::Status Named(absl::string_view name, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("tokenizer.json: ", name, " ",
                                                  status.message()));
}

// Files of before 2022 have no type; their members tell.
bool IsUnigram(JsonValue model) {
  const absl::string_view type = FindText(model, "type");
  if (!type.empty()) return type == "Unigram";
  const auto vocab = FindMember(model, "vocab");
  return vocab.has_value() && vocab->is_array();
}

absl::Status CheckBpe(JsonValue model) {
  const absl::string_view type = FindText(model, "type");
  if (type != "BPE" &&
      !(type.empty() && FindMember(model, "merges").has_value())) {
    return HfUnsupported(absl::StrCat("model type ", Quoted(type)));
  }
  for (const absl::string_view key :
       {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!FindText(model, key).empty()) {
      return HfUnsupported(absl::StrCat("BPE with ", key));
    }
  }
  double dropout = 0;
  const auto value = FindMember(model, "dropout");
  if (value.has_value() &&
      (value->get(dropout) != simdjson::SUCCESS || dropout != 0)) {
    return HfUnsupported("BPE with dropout");
  }
  return absl::OkStatus();
}

absl::Status ReadBpeVocabulary(JsonValue vocab, HfVocabulary* vocabulary) {
  const auto members = JsonMembers(vocab);
  if (!members.ok()) return Named("vocab", members.status());
  for (const JsonMember& member : *members) {
    const absl::StatusOr<uint64_t> id = JsonUint(member.value);
    if (!id.ok()) {
      return Named(absl::StrCat("vocab's ", Quoted(member.key)), id.status());
    }
    vocabulary->Add(member.key, *id);
  }
  return absl::OkStatus();
}

// [["piece", score], ...]
absl::Status ReadUnigramVocabulary(JsonValue vocab, HfVocabulary* vocabulary) {
  const auto pieces = JsonElements(vocab);
  if (!pieces.ok()) return Named("vocab", pieces.status());
  for (size_t id = 0; id < pieces->size(); ++id) {
    const auto pair = JsonElements((*pieces)[id]);
    double score = 0;
    if (!pair.ok() || pair->size() != 2 || !pair->front().is_string() ||
        pair->back().get(score) != simdjson::SUCCESS) {
      return HfDamaged(
          absl::StrCat("vocab's element ", id, " is no text with a score"));
    }
    vocabulary->Add(*JsonString(pair->front()), id, score);
  }
  return absl::OkStatus();
}

absl::Status SetUnknown(JsonValue model, const HfVocabulary& vocabulary,
                        TokenizerData* data) {
  if (data->kind() != TokenizerData::KIND_UNIGRAM) {
    const absl::string_view text = FindText(model, "unk_token");
    const auto id = vocabulary.Find(text);
    // Without such a token nothing fails before it is needed.
    if (text.empty() || !id.has_value()) return absl::OkStatus();
    data->set_unknown_id(*id);
    return absl::OkStatus();
  }
  const auto member = FindMember(model, "unk_id");
  if (!member.has_value()) return absl::OkStatus();
  const absl::StatusOr<uint64_t> id = JsonUint(*member);
  if (!id.ok()) return Named("unk_id", id.status());
  const auto vocab = JsonElements(*FindMember(model, "vocab"));
  if (*id >= vocab->size()) {
    return HfDamaged(absl::StrCat("unk_id is ", *id, ", but there are ",
                                  vocab->size(), " tokens"));
  }
  data->set_unknown_id(static_cast<uint32_t>(*id));
  return absl::OkStatus();
}

// Splits "left right", or takes ["left", "right"].
absl::StatusOr<std::pair<absl::string_view, absl::string_view>> ReadMerge(
    JsonValue merge) {
  if (merge.is_array()) {
    TESSERA_ASSIGN_OR_RETURN(const auto sides, JsonElements(merge));
    if (sides.size() == 2 && sides[0].is_string() && sides[1].is_string()) {
      return std::make_pair(*JsonString(sides[0]), *JsonString(sides[1]));
    }
    return absl::DataLossError("is not two texts");
  }
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view text, JsonString(merge));
  const size_t space = text.find(' ');
  if (space == absl::string_view::npos ||
      absl::StrContains(text.substr(space + 1), ' ')) {
    return absl::DataLossError(
        absl::StrCat("is ", Quoted(text), ", expected two tokens"));
  }
  return std::make_pair(text.substr(0, space), text.substr(space + 1));
}

}  // namespace

absl::StatusOr<JsonValue> FindHfModel(JsonValue tokenizer) {
  const auto model = FindMember(tokenizer, "model");
  if (!model.has_value()) return HfDamaged("no model");
  if (!IsUnigram(*model)) TESSERA_RETURN_IF_ERROR(CheckBpe(*model));
  if (!FindMember(*model, "vocab").has_value()) {
    return HfDamaged("model has no vocab");
  }
  return *model;
}

absl::Status ReadHfModel(JsonValue model, HfVocabulary* vocabulary,
                         TokenizerData* data) {
  const JsonValue vocab = *FindMember(model, "vocab");
  data->set_byte_fallback(FindBool(model, "byte_fallback").value_or(false));
  if (IsUnigram(model)) {
    data->set_kind(TokenizerData::KIND_UNIGRAM);
    data->set_fuse_unknown(true);  // always
    TESSERA_RETURN_IF_ERROR(ReadUnigramVocabulary(vocab, vocabulary));
    return SetUnknown(model, *vocabulary, data);
  }
  const bool spells_bytes =
      std::any_of(data->split().begin(), data->split().end(),
                  [](const SplitStep& step) { return step.has_byte_level(); });
  data->set_kind(spells_bytes ? TokenizerData::KIND_BYTE_LEVEL_BPE
                              : TokenizerData::KIND_BPE);
  data->set_is_hugging_face(!spells_bytes);
  data->set_ignore_merges(FindBool(model, "ignore_merges").value_or(false));
  data->set_fuse_unknown(FindBool(model, "fuse_unk").value_or(false));
  TESSERA_RETURN_IF_ERROR(ReadBpeVocabulary(vocab, vocabulary));
  return SetUnknown(model, *vocabulary, data);
}

absl::Status SetHfMerges(JsonValue model, const HfVocabulary& vocabulary,
                         TokenizerData* data) {
  const auto list = FindMember(model, "merges");
  if (!list.has_value()) return HfDamaged("model has no merges");
  const auto merges = JsonElements(*list);
  if (!merges.ok()) return Named("merges", merges.status());
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  pairs.reserve(merges->size());
  for (size_t i = 0; i < merges->size(); ++i) {
    const auto sides = ReadMerge((*merges)[i]);
    if (!sides.ok()) return Named(absl::StrCat("merge ", i), sides.status());
    const auto left = vocabulary.Find(sides->first);
    const auto right = vocabulary.Find(sides->second);
    if (!left.has_value() || !right.has_value() ||
        !vocabulary.Find(absl::StrCat(sides->first, sides->second))
             .has_value()) {
      return HfDamaged(absl::StrCat("merge ", i, " of ", Quoted(sides->first),
                                    " and ", Quoted(sides->second),
                                    " is not in the vocabulary"));
    }
    pairs.emplace_back(*left, *right);
  }
  absl::flat_hash_set<std::pair<uint32_t, uint32_t>> seen;
  seen.reserve(pairs.size());
  std::reverse(pairs.begin(), pairs.end());
  pairs.erase(std::remove_if(
                  pairs.begin(), pairs.end(),
                  [&](const auto& pair) { return !seen.insert(pair).second; }),
              pairs.end());
  std::reverse(pairs.begin(), pairs.end());
  data->mutable_merge_left()->Reserve(static_cast<int>(pairs.size()));
  data->mutable_merge_right()->Reserve(static_cast<int>(pairs.size()));
  for (const auto& [left, right] : pairs) {
    data->add_merge_left(left);
    data->add_merge_right(right);
  }
  return absl::OkStatus();
}

}  // namespace tessera
