#include "converter/source/gguf_tokenizer.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/end_of_generation.h"
#include "converter/source/gguf_token_lists.h"
#include "simdjson.h"

namespace tessera {
namespace {

constexpr absl::string_view kModel = "tokenizer.ggml.model";
constexpr absl::string_view kPre = "tokenizer.ggml.pre";
constexpr absl::string_view kBos = "tokenizer.ggml.bos_token_id";
constexpr absl::string_view kEos = "tokenizer.ggml.eos_token_id";
constexpr absl::string_view kUnknown = "tokenizer.ggml.unknown_token_id";
constexpr absl::string_view kPadding = "tokenizer.ggml.padding_token_id";
constexpr absl::string_view kEot = "tokenizer.ggml.eot_token_id";
constexpr absl::string_view kEom = "tokenizer.ggml.eom_token_id";
constexpr absl::string_view kAddBos = "tokenizer.ggml.add_bos_token";
constexpr absl::string_view kAddEos = "tokenizer.ggml.add_eos_token";
constexpr absl::string_view kAddSpacePrefix = "tokenizer.ggml.add_space_prefix";
constexpr absl::string_view kChatTemplate = "tokenizer.chat_template";

// What SentencePiece models have where GGUF does not say.
constexpr uint32_t kDefaultBos = 1;
constexpr uint32_t kDefaultEos = 2;
constexpr uint32_t kDefaultUnknown = 0;

absl::Status KeyError(absl::string_view key, absl::string_view problem) {
  return absl::DataLossError(absl::StrCat(key, ": ", problem));
}

absl::StatusOr<TokenizerData::Kind> ReadKind(const GgufMetadata& metadata) {
  if (metadata.Find(kModel) == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no tokenizer: no key ", kModel));
  }
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view model,
                           metadata.GetString(kModel));
  if (model == "gpt2") return TokenizerData::KIND_BYTE_LEVEL_BPE;
  if (model == "llama") return TokenizerData::KIND_SENTENCEPIECE;
  if (model == "none" || model == "no_vocab") {
    return absl::NotFoundError(
        absl::StrCat("there is no tokenizer: ", kModel, " is ", Quoted(model)));
  }
  return absl::UnimplementedError(
      absl::StrCat("the tokenizer is left out: ", kModel, " is ", Quoted(model),
                   ", and only 'gpt2' and 'llama' are supported"));
}

absl::StatusOr<std::optional<uint32_t>> ReadId(const GgufMetadata& metadata,
                                               absl::string_view key,
                                               int tokens) {
  if (metadata.Find(key) == nullptr) return std::nullopt;
  TESSERA_ASSIGN_OR_RETURN(const uint64_t id, metadata.GetUint(key));
  if (id < static_cast<uint64_t>(tokens)) return static_cast<uint32_t>(id);
  // llama.cpp's "no such token", which old converters wrote out.
  if (id == UINT32_MAX) return std::nullopt;
  return KeyError(key, absl::StrCat(id, ", but there are ", tokens, " tokens"));
}

absl::Status ReadIds(const GgufMetadata& metadata, TokenizerData* data) {
  const int tokens = data->token_length_size();
  TESSERA_ASSIGN_OR_RETURN(auto bos, ReadId(metadata, kBos, tokens));
  TESSERA_ASSIGN_OR_RETURN(auto eos, ReadId(metadata, kEos, tokens));
  TESSERA_ASSIGN_OR_RETURN(auto unknown, ReadId(metadata, kUnknown, tokens));
  TESSERA_ASSIGN_OR_RETURN(auto padding, ReadId(metadata, kPadding, tokens));
  if (data->kind() == TokenizerData::KIND_SENTENCEPIECE &&
      tokens > static_cast<int>(kDefaultEos)) {
    bos = bos.value_or(kDefaultBos);
    eos = eos.value_or(kDefaultEos);
    unknown = unknown.value_or(kDefaultUnknown);
  }
  if (bos.has_value()) data->set_bos_id(*bos);
  if (eos.has_value()) data->set_eos_id(*eos);
  if (unknown.has_value()) data->set_unknown_id(*unknown);
  if (padding.has_value()) data->set_padding_id(*padding);
  std::vector<uint32_t> ends;
  for (const absl::string_view key : {kEot, kEom}) {
    TESSERA_ASSIGN_OR_RETURN(const auto id, ReadId(metadata, key, tokens));
    if (id.has_value()) ends.push_back(*id);
  }
  SetEndOfGeneration(std::move(ends), data);
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadFlag(const GgufMetadata& metadata,
                              absl::string_view key, bool fallback) {
  if (metadata.Find(key) == nullptr) return fallback;
  return metadata.GetBool(key);
}

// Protocol buffers hold text in UTF-8 only.
absl::StatusOr<std::string> ReadText(const GgufMetadata& metadata,
                                     absl::string_view key) {
  if (metadata.Find(key) == nullptr) return std::string();
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view text,
                           metadata.GetString(key));
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return KeyError(key, "not UTF-8");
  }
  return std::string(text.data(), text.size());
}

absl::Status ReadOptions(const GgufMetadata& metadata, TokenizerData* data) {
  const bool sentencepiece = data->kind() == TokenizerData::KIND_SENTENCEPIECE;
  const absl::string_view pre = data->pre_tokenizer();
  const bool llama3 =
      pre == "llama-bpe" || pre == "llama3" || pre == "llama-v3";
  TESSERA_ASSIGN_OR_RETURN(
      const bool add_bos,
      ReadFlag(metadata, kAddBos,
               (sentencepiece || llama3) && data->has_bos_id()));
  TESSERA_ASSIGN_OR_RETURN(const bool add_eos,
                           ReadFlag(metadata, kAddEos, false));
  TESSERA_ASSIGN_OR_RETURN(const bool add_space_prefix,
                           ReadFlag(metadata, kAddSpacePrefix, sentencepiece));
  if (add_bos && !data->has_bos_id()) {
    return KeyError(kAddBos, absl::StrCat("true, but there is no ", kBos));
  }
  if (add_eos && !data->has_eos_id()) {
    return KeyError(kAddEos, absl::StrCat("true, but there is no ", kEos));
  }
  data->set_add_bos(add_bos);
  data->set_add_eos(add_eos);
  data->set_add_space_prefix(sentencepiece && add_space_prefix);
  data->set_ignore_merges(llama3);
  TESSERA_ASSIGN_OR_RETURN(*data->mutable_chat_template(),
                           ReadText(metadata, kChatTemplate));
  return absl::OkStatus();
}

void AppendId(absl::string_view key, uint32_t id, GgufMetadata* metadata) {
  metadata->Append(key, GgufValue::Scalar<uint32_t>(id));
}

void AppendIds(const TokenizerData& data, GgufMetadata* metadata) {
  if (data.has_bos_id()) AppendId(kBos, data.bos_id(), metadata);
  if (data.has_eos_id()) AppendId(kEos, data.eos_id(), metadata);
  if (data.has_unknown_id()) AppendId(kUnknown, data.unknown_id(), metadata);
  if (data.has_padding_id()) AppendId(kPadding, data.padding_id(), metadata);
  const auto& ends = data.end_of_generation_id();
  if (ends.size() > 0) AppendId(kEot, ends[0], metadata);
  if (ends.size() > 1) AppendId(kEom, ends[1], metadata);
}

}  // namespace

absl::StatusOr<TokenizerData> TokenizerFromGguf(const GgufMetadata& metadata) {
  TokenizerData data;
  TESSERA_ASSIGN_OR_RETURN(const TokenizerData::Kind kind, ReadKind(metadata));
  data.set_kind(kind);
  if (kind == TokenizerData::KIND_BYTE_LEVEL_BPE) {
    TESSERA_ASSIGN_OR_RETURN(*data.mutable_pre_tokenizer(),
                             ReadText(metadata, kPre));
  }
  TESSERA_RETURN_IF_ERROR(ReadTokenLists(metadata, &data));
  TESSERA_RETURN_IF_ERROR(ReadIds(metadata, &data));
  TESSERA_RETURN_IF_ERROR(ReadOptions(metadata, &data));
  return data;
}

void AppendTokenizer(const TokenizerData& tokenizer, GgufMetadata* metadata) {
  const bool sentencepiece =
      tokenizer.kind() == TokenizerData::KIND_SENTENCEPIECE;
  metadata->Append(kModel, GgufValue::String(sentencepiece ? "llama" : "gpt2"));
  metadata->Append(kPre, GgufValue::String(tokenizer.pre_tokenizer().empty()
                                               ? "default"
                                               : tokenizer.pre_tokenizer()));
  AppendTokenLists(tokenizer, metadata);
  AppendIds(tokenizer, metadata);
  metadata->Append(kAddBos, GgufValue::Scalar<bool>(tokenizer.add_bos()));
  metadata->Append(kAddEos, GgufValue::Scalar<bool>(tokenizer.add_eos()));
  if (sentencepiece) {
    metadata->Append(kAddSpacePrefix,
                     GgufValue::Scalar<bool>(tokenizer.add_space_prefix()));
  }
  if (!tokenizer.chat_template().empty()) {
    metadata->Append(kChatTemplate,
                     GgufValue::String(tokenizer.chat_template()));
  }
}

}  // namespace tessera
