#include "converter/source/gguf_tokenizer.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/end_of_generation.h"
#include "converter/source/gguf_chat_templates.h"
#include "converter/source/gguf_token_flags.h"
#include "converter/source/gguf_token_lists.h"
#include "converter/source/sentencepiece_steps.h"
#include "formats/tokenizer/known_pretokenizers.h"
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
constexpr absl::string_view kRemoveExtraSpaces =
    "tokenizer.ggml.remove_extra_whitespaces";
constexpr absl::string_view kCharsmap = "tokenizer.ggml.precompiled_charsmap";
// Tokens that end what belongs to one file, when a model fills in the middle.
constexpr absl::string_view kFimEnds[] = {
    "tokenizer.ggml.fim_pad_token_id",
    "tokenizer.ggml.fim_rep_token_id",
    "tokenizer.ggml.fim_sep_token_id",
};
constexpr absl::string_view kGemma4 = "gemma4";

// The ids that a kind of model has where GGUF does not say.
struct DefaultIds {
  std::optional<uint32_t> bos;
  std::optional<uint32_t> eos;
  std::optional<uint32_t> unknown;
  std::optional<uint32_t> padding;
};

DefaultIds DefaultsOf(TokenizerData::Kind kind) {
  if (kind == TokenizerData::KIND_SENTENCEPIECE) {
    return {1, 2, 0, std::nullopt};
  }
  if (kind == TokenizerData::KIND_UNIGRAM) {
    return {std::nullopt, 1, 2, 0};
  }
  return {};
}

absl::Status KeyError(absl::string_view key, absl::string_view problem) {
  return absl::DataLossError(absl::StrCat(key, ": ", problem));
}

bool MergesByList(const TokenizerData& data) {
  return data.kind() == TokenizerData::KIND_BYTE_LEVEL_BPE ||
         data.kind() == TokenizerData::KIND_BPE;
}

// What is said of a known name; the default for one that is not.
PretokenizerFlags FlagsOf(absl::string_view pre) {
  const auto known = FindKnownPretokenizer(pre);
  return known.ok() ? (*known)->flags : PretokenizerFlags();
}

absl::Status ReadKind(const GgufMetadata& metadata, TokenizerData* data) {
  if (metadata.Find(kModel) == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no tokenizer: no key ", kModel));
  }
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view model,
                           metadata.GetString(kModel));
  if (model == "gpt2") {
    if (metadata.Find(kPre) != nullptr) {
      TESSERA_ASSIGN_OR_RETURN(const absl::string_view pre,
                               metadata.GetString(kPre));
      if (!simdjson::validate_utf8(pre.data(), pre.size())) {
        return KeyError(kPre, "not UTF-8");
      }
      data->set_pre_tokenizer(std::string(pre));
    }
    data->set_kind(FlagsOf(data->pre_tokenizer()).byte_level
                       ? TokenizerData::KIND_BYTE_LEVEL_BPE
                       : TokenizerData::KIND_BPE);
  } else if (model == kGemma4) {
    data->set_kind(TokenizerData::KIND_BPE);
    data->set_pre_tokenizer(std::string(kGemma4));
  } else if (model == "llama") {
    data->set_kind(TokenizerData::KIND_SENTENCEPIECE);
  } else if (model == "t5") {
    data->set_kind(TokenizerData::KIND_UNIGRAM);
  } else if (model == "none" || model == "no_vocab") {
    return absl::NotFoundError(
        absl::StrCat("there is no tokenizer: ", kModel, " is ", Quoted(model)));
  } else {
    return absl::UnimplementedError(absl::StrCat(
        kModel, " is ", Quoted(model), model == "bert" ? " (WordPiece)" : "",
        ", and only 'gpt2', 'llama', 'gemma4' and 't5' are supported"));
  }
  return absl::OkStatus();
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
  if (tokens > 2) {  // the highest of the defaults
    const DefaultIds defaults = DefaultsOf(data->kind());
    if (!bos.has_value()) bos = defaults.bos;
    if (!eos.has_value()) eos = defaults.eos;
    if (!unknown.has_value()) unknown = defaults.unknown;
    if (!padding.has_value()) padding = defaults.padding;
  }
  if (bos.has_value()) data->set_bos_id(*bos);
  if (eos.has_value()) data->set_eos_id(*eos);
  if (unknown.has_value()) data->set_unknown_id(*unknown);
  if (padding.has_value()) data->set_padding_id(*padding);
  std::vector<uint32_t> ends;
  std::vector<absl::string_view> keys = {kEot, kEom};
  keys.insert(keys.end(), std::begin(kFimEnds), std::end(kFimEnds));
  for (const absl::string_view key : keys) {
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

absl::Status ReadAround(const GgufMetadata& metadata, TokenizerData* data) {
  const PretokenizerFlags flags = MergesByList(*data)
                                      ? FlagsOf(data->pre_tokenizer())
                                      : PretokenizerFlags();
  const bool by_default =
      data->kind() == TokenizerData::KIND_SENTENCEPIECE || flags.add_bos;
  TESSERA_ASSIGN_OR_RETURN(
      bool add_bos,
      ReadFlag(metadata, kAddBos, by_default && data->has_bos_id()));
  TESSERA_ASSIGN_OR_RETURN(
      const bool add_eos,
      ReadFlag(
          metadata, kAddEos,
          data->kind() == TokenizerData::KIND_UNIGRAM && data->has_eos_id()));
  if (add_bos && !data->has_bos_id()) {
    return KeyError(kAddBos, absl::StrCat("true, but there is no ", kBos));
  }
  if (add_eos && !data->has_eos_id()) {
    return KeyError(kAddEos, absl::StrCat("true, but there is no ", kEos));
  }
  // llama.cpp does not believe files of Gemma 4 that say false.
  if (flags.add_bos && !flags.byte_level && data->has_bos_id()) add_bos = true;
  data->set_add_bos(add_bos);
  data->set_add_eos(add_eos);
  data->set_ignore_merges(flags.ignore_merges);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadCharsmap(const GgufMetadata& metadata) {
  std::string charsmap;
  const GgufValue* value = metadata.Find(kCharsmap);
  if (value == nullptr) return charsmap;
  if (!value->is_array() || (value->element_type() != GgufType::kInt8 &&
                             value->element_type() != GgufType::kUint8)) {
    return KeyError(kCharsmap, "expected an array of INT8");
  }
  TESSERA_ASSIGN_OR_RETURN(const std::vector<int64_t> bytes,
                           value->GetIntArray());
  charsmap.reserve(bytes.size());
  for (const int64_t byte : bytes) charsmap.push_back(static_cast<char>(byte));
  return charsmap;
}

absl::Status ReadSpaces(const GgufMetadata& metadata, TokenizerData* data) {
  const bool sentencepiece = data->kind() == TokenizerData::KIND_SENTENCEPIECE;
  TESSERA_ASSIGN_OR_RETURN(const bool prefix,
                           ReadFlag(metadata, kAddSpacePrefix, sentencepiece));
  if (sentencepiece) data->set_add_space_prefix(prefix);
  if (data->kind() != TokenizerData::KIND_UNIGRAM) return absl::OkStatus();
  SentencepieceNormalization normalization;
  TESSERA_ASSIGN_OR_RETURN(normalization.charsmap, ReadCharsmap(metadata));
  TESSERA_ASSIGN_OR_RETURN(normalization.extra_spaces,
                           ReadFlag(metadata, kRemoveExtraSpaces, false));
  // Where extra spaces are removed, llama.cpp begins every word with one.
  normalization.space_prefix = prefix || normalization.extra_spaces;
  data->set_add_space_prefix(prefix);
  data->set_fuse_unknown(true);
  AppendSentencepieceSteps(normalization, data);
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

void AppendSpaces(const GgufForm& form, GgufMetadata* metadata) {
  const TokenizerData::Kind kind = form.data.kind();
  const bool unigram = kind == TokenizerData::KIND_UNIGRAM;
  if (!unigram && kind != TokenizerData::KIND_SENTENCEPIECE) return;
  metadata->Append(kAddSpacePrefix,
                   GgufValue::Scalar<bool>(form.data.add_space_prefix()));
  if (!unigram) return;
  metadata->Append(kRemoveExtraSpaces,
                   GgufValue::Scalar<bool>(form.remove_extra_spaces));
  if (form.charsmap.empty()) return;
  const std::vector<uint8_t> bytes(form.charsmap.begin(), form.charsmap.end());
  metadata->Append(kCharsmap, GgufValue::Array<uint8_t>(bytes));
}

}  // namespace

absl::StatusOr<TokenizerData> TokenizerFromGguf(const GgufMetadata& metadata) {
  TokenizerData data;
  TESSERA_RETURN_IF_ERROR(ReadKind(metadata, &data));
  data.set_byte_fallback(data.kind() == TokenizerData::KIND_BPE);
  TESSERA_RETURN_IF_ERROR(ReadTokenLists(metadata, &data));
  MarkEndsAsControl(&data);
  TESSERA_RETURN_IF_ERROR(ReadIds(metadata, &data));
  TESSERA_RETURN_IF_ERROR(ReadAround(metadata, &data));
  TESSERA_RETURN_IF_ERROR(ReadSpaces(metadata, &data));
  SetGgufTokenFlags(metadata, &data);
  TESSERA_RETURN_IF_ERROR(ReadChatTemplates(metadata, &data));
  return data;
}

std::string NoteOnPretokenizer(const TokenizerData& tokenizer) {
  if (!MergesByList(tokenizer)) return "";
  const std::string& name = tokenizer.pre_tokenizer();
  if (name.empty()) {
    return absl::StrCat("there is no ", kPre,
                        ", so texts are split by 'default', as in llama.cpp; "
                        "most models need another");
  }
  if (FindKnownPretokenizer(name).ok()) return "";
  return absl::StrCat("the pre-tokenizer ", Quoted(name),
                      " is not known; the arena is made, but it cannot run");
}

void AppendTokenizer(const GgufForm& form, GgufMetadata* metadata) {
  metadata->Append(kModel, GgufValue::String(form.model));
  if (form.model != "none") {
    metadata->Append(kPre, GgufValue::String(form.pre));
    AppendTokenLists(form.data, metadata);
    AppendIds(form.data, metadata);
    metadata->Append(kAddBos, GgufValue::Scalar<bool>(form.data.add_bos()));
    metadata->Append(kAddEos, GgufValue::Scalar<bool>(form.data.add_eos()));
    AppendSpaces(form, metadata);
  }
  AppendChatTemplates(form.data, metadata);
}

}  // namespace tessera
