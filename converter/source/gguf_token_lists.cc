#include "converter/source/gguf_token_lists.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/arena/token_type.h"

namespace tessera {
namespace {

constexpr absl::string_view kTokens = "tokenizer.ggml.tokens";
constexpr absl::string_view kScores = "tokenizer.ggml.scores";
constexpr absl::string_view kTypes = "tokenizer.ggml.token_type";
constexpr absl::string_view kMerges = "tokenizer.ggml.merges";

absl::Status KeyError(absl::string_view key, absl::string_view problem) {
  return absl::DataLossError(absl::StrCat(key, ": ", problem));
}

bool HasMerges(const TokenizerData& data) {
  return data.kind() == TokenizerData::KIND_BYTE_LEVEL_BPE ||
         data.kind() == TokenizerData::KIND_BPE;
}

// A tokenizer without one of its lists is damaged, not absent.
template <typename T>
absl::StatusOr<T> Required(absl::StatusOr<T> value) {
  if (!absl::IsNotFound(value.status())) return value;
  return absl::DataLossError(value.status().message());
}

absl::Status ReadTokens(absl::Span<const absl::string_view> tokens,
                        TokenizerData* data) {
  uint64_t size = 0;
  for (const absl::string_view token : tokens) size += token.size();
  if (size > std::numeric_limits<int32_t>::max()) {
    return KeyError(kTokens, "more than 2 GiB of text");
  }
  std::string& text = *data->mutable_token_text();
  text.reserve(size);
  data->mutable_token_length()->Reserve(static_cast<int>(tokens.size()));
  for (const absl::string_view token : tokens) {
    text.append(token.data(), token.size());
    data->add_token_length(static_cast<uint32_t>(token.size()));
  }
  return absl::OkStatus();
}

// Refuses an array that does not have one element per token. `type_fits` is
// about the elements' type.
absl::Status CheckArray(absl::string_view key, const GgufValue& value,
                        bool type_fits, absl::string_view expected,
                        uint64_t tokens) {
  if (!value.is_array() || !type_fits) {
    return KeyError(key, absl::StrCat("expected an array of ", expected));
  }
  if (value.element_count() == tokens) return absl::OkStatus();
  return KeyError(key, absl::StrCat(value.element_count(), " elements, but ",
                                    tokens, " tokens"));
}

absl::Status ReadScores(const GgufMetadata& metadata, TokenizerData* data) {
  const GgufValue* value = metadata.Find(kScores);
  const bool needed = data->kind() == TokenizerData::KIND_SENTENCEPIECE ||
                      data->kind() == TokenizerData::KIND_UNIGRAM;
  if (value == nullptr) {
    return needed ? KeyError(kScores, "missing") : absl::OkStatus();
  }
  const bool floats =
      value->is_array() && value->element_type() == GgufType::kFloat32;
  TESSERA_RETURN_IF_ERROR(CheckArray(kScores, *value, floats, "FLOAT32",
                                     data->token_length_size()));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<float> scores,
                           value->GetFloatArray());
  data->mutable_token_score()->Add(scores.begin(), scores.end());
  return absl::OkStatus();
}

absl::Status ReadTypes(const GgufMetadata& metadata, TokenizerData* data) {
  const GgufValue* value = metadata.Find(kTypes);
  if (value == nullptr) return absl::OkStatus();
  const bool integers =
      value->is_array() && (value->element_type() == GgufType::kInt32 ||
                            value->element_type() == GgufType::kUint32);
  TESSERA_RETURN_IF_ERROR(
      CheckArray(kTypes, *value, integers, "INT32", data->token_length_size()));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<int64_t> types,
                           value->GetIntArray());
  std::string& bytes = *data->mutable_token_type();
  bytes.reserve(types.size());
  for (size_t id = 0; id < types.size(); ++id) {
    // 0 is ggml's "undefined", which it treats as plain text.
    const int64_t type = types[id] == 0 ? kFirstTokenType : types[id];
    if (type < kFirstTokenType || type > kLastTokenType) {
      return KeyError(kTypes, absl::StrCat("token ", id, " has type ", type,
                                           ", expected 1 to 6"));
    }
    bytes.push_back(static_cast<char>(type));
  }
  return absl::OkStatus();
}

using TokenIds = absl::flat_hash_map<absl::string_view, uint32_t>;

// Ids by text: of several, the first that is not of control type.
TokenIds IndexTokens(absl::Span<const absl::string_view> tokens,
                     absl::string_view types) {
  constexpr char kControl = static_cast<char>(TokenType::kControl);
  TokenIds ids;
  ids.reserve(tokens.size());
  for (const bool control : {false, true}) {
    for (size_t id = 0; id < tokens.size(); ++id) {
      if ((!types.empty() && types[id] == kControl) != control) continue;
      ids.emplace(tokens[id], static_cast<uint32_t>(id));
    }
  }
  return ids;
}

absl::Status ReadMerges(absl::Span<const absl::string_view> tokens,
                        absl::Span<const absl::string_view> merges,
                        TokenizerData* data) {
  const TokenIds ids = IndexTokens(tokens, data->token_type());
  data->mutable_merge_left()->Reserve(static_cast<int>(merges.size()));
  data->mutable_merge_right()->Reserve(static_cast<int>(merges.size()));
  for (size_t i = 0; i < merges.size(); ++i) {
    const absl::string_view merge = merges[i];
    // From 1: the left side is not empty and may start with a space.
    const size_t space = merge.find(' ', 1);
    const auto left = ids.find(merge.substr(0, space));
    const auto right = space == absl::string_view::npos
                           ? ids.end()
                           : ids.find(merge.substr(space + 1));
    if (left == ids.end() || right == ids.end()) {
      return KeyError(kMerges,
                      absl::StrCat("element ", i, " is ", Quoted(merge),
                                   ", expected two tokens"));
    }
    data->add_merge_left(left->second);
    data->add_merge_right(right->second);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadTokenLists(const GgufMetadata& metadata, TokenizerData* data) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<absl::string_view> tokens,
                           Required(metadata.GetStringArray(kTokens)));
  if (tokens.empty()) return KeyError(kTokens, "no tokens");
  TESSERA_RETURN_IF_ERROR(ReadTokens(tokens, data));
  TESSERA_RETURN_IF_ERROR(ReadScores(metadata, data));
  TESSERA_RETURN_IF_ERROR(ReadTypes(metadata, data));
  if (!HasMerges(*data)) return absl::OkStatus();
  // Files of Kimi K2 have none; words are tokens or bytes.
  if (data->pre_tokenizer() == "kimi-k2" && metadata.Find(kMerges) == nullptr) {
    return absl::OkStatus();
  }
  TESSERA_ASSIGN_OR_RETURN(const std::vector<absl::string_view> merges,
                           Required(metadata.GetStringArray(kMerges)));
  return ReadMerges(tokens, merges, data);
}

void AppendTokenLists(const TokenizerData& data, GgufMetadata* metadata) {
  std::vector<absl::string_view> tokens;
  tokens.reserve(data.token_length_size());
  absl::string_view rest = data.token_text();
  for (const uint32_t length : data.token_length()) {
    tokens.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  metadata->Append(kTokens, GgufValue::StringArray(tokens));
  if (data.token_score_size() > 0) {
    metadata->Append(kScores, GgufValue::Array<float>(data.token_score()));
  }
  if (!data.token_type().empty()) {
    const std::vector<int32_t> types(data.token_type().begin(),
                                     data.token_type().end());
    metadata->Append(kTypes, GgufValue::Array<int32_t>(types));
  }
  if (!HasMerges(data)) return;
  std::vector<std::string> merges;
  merges.reserve(data.merge_left_size());
  for (int i = 0; i < data.merge_left_size(); ++i) {
    merges.push_back(absl::StrCat(tokens[data.merge_left(i)], " ",
                                  tokens[data.merge_right(i)]));
  }
  const std::vector<absl::string_view> views(merges.begin(), merges.end());
  metadata->Append(kMerges, GgufValue::StringArray(views));
}

}  // namespace tessera
