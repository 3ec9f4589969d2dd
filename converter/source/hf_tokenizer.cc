#include "converter/source/hf_tokenizer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/byte_level_files.h"
#include "converter/source/chat_templates.h"
#include "converter/source/hf_added_tokens.h"
#include "converter/source/hf_decoder.h"
#include "converter/source/hf_model.h"
#include "converter/source/hf_normalizer.h"
#include "converter/source/hf_post_processor.h"
#include "converter/source/hf_pretokenizer.h"
#include "converter/source/hf_token_roles.h"
#include "converter/source/hf_vocabulary.h"
#include "converter/source/sentencepiece_tokenizer_model.h"
#include "formats/json/json_document.h"
#include "formats/json/json_member.h"
#include "formats/tokenizer/pretokenizer_name.h"

namespace tessera {
namespace {

// Classes whose ids are not those of their tokenizer.model: special tokens are
// put in front, and the rest is shifted.
constexpr absl::string_view kShiftingClasses[] = {
    "XLMRobertaTokenizer", "CamembertTokenizer", "MBartTokenizer",
    "MBart50Tokenizer",    "NllbTokenizer",      "XGLMTokenizer",
    "BarthezTokenizer",    "PLBartTokenizer",    "SeamlessM4TTokenizer",
    "M2M100Tokenizer",     "PegasusTokenizer",   "BigBirdTokenizer",
    "DebertaV2Tokenizer",  "XLNetTokenizer",     "ChatGLMTokenizer",
};

// A file that need not exist, parsed.
class OptionalFile {
 public:
  absl::Status Parse(absl::string_view name,
                     const std::optional<std::string>& text) {
    if (!text.has_value()) return absl::OkStatus();
    absl::StatusOr<JsonDocument> document = JsonDocument::Parse(*text);
    if (!document.ok()) {
      return absl::DataLossError(
          absl::StrCat(name, " ", document.status().message()));
    }
    if (!document->root().is_object()) {
      return absl::DataLossError(absl::StrCat(name, " is no JSON object"));
    }
    document_ = *std::move(document);
    return absl::OkStatus();
  }

  std::optional<JsonValue> root() const {
    if (!document_.has_value()) return std::nullopt;
    return document_->root();
  }

 private:
  std::optional<JsonDocument> document_;
};

// Puts a TokenizerData together. Texts of tokens lie in its files.
class TokenizerReader {
 public:
  explicit TokenizerReader(const HfTokenizerFiles& files) : files_(files) {}

  absl::StatusOr<TokenizerData> Read();

 private:
  absl::Status ParseFiles();
  absl::Status ReadTokenizerJson(const std::optional<std::string>& text);
  absl::Status ReadByteLevelFiles();
  absl::Status ReadSentencepiece();
  absl::Status Finish();
  absl::string_view Class() const;
  std::optional<bool> Configured(absl::string_view key) const;

  const HfTokenizerFiles& files_;
  OptionalFile tokenizer_;
  OptionalFile tokenizer_config_;
  OptionalFile special_tokens_map_;
  OptionalFile added_tokens_;
  OptionalFile generation_config_;
  OptionalFile chat_template_;
  std::optional<std::string> made_json_;
  sentencepiece::ModelProto model_;
  HfVocabulary vocabulary_;
  HfRoleSources roles_;
  TokenizerData data_;
};

absl::Status TokenizerReader::ParseFiles() {
  TESSERA_RETURN_IF_ERROR(tokenizer_config_.Parse("tokenizer_config.json",
                                                  files_.tokenizer_config));
  TESSERA_RETURN_IF_ERROR(special_tokens_map_.Parse("special_tokens_map.json",
                                                    files_.special_tokens_map));
  TESSERA_RETURN_IF_ERROR(
      added_tokens_.Parse("added_tokens.json", files_.added_tokens));
  TESSERA_RETURN_IF_ERROR(generation_config_.Parse("generation_config.json",
                                                   files_.generation_config));
  TESSERA_RETURN_IF_ERROR(
      chat_template_.Parse("chat_template.json", files_.chat_template));
  roles_.config = {tokenizer_config_.root(), special_tokens_map_.root(),
                   added_tokens_.root()};
  roles_.generation_config = generation_config_.root();
  roles_.bos_token_id = files_.bos_token_id;
  roles_.eos_token_ids = files_.eos_token_ids;
  return absl::OkStatus();
}

absl::string_view TokenizerReader::Class() const {
  const auto config = tokenizer_config_.root();
  return config.has_value() ? FindText(*config, "tokenizer_class") : "";
}

std::optional<bool> TokenizerReader::Configured(absl::string_view key) const {
  const auto config = tokenizer_config_.root();
  return config.has_value() ? FindBool(*config, key) : std::nullopt;
}

absl::Status TokenizerReader::ReadTokenizerJson(
    const std::optional<std::string>& text) {
  TESSERA_RETURN_IF_ERROR(tokenizer_.Parse("tokenizer.json", text));
  const JsonValue root = *tokenizer_.root();
  TESSERA_ASSIGN_OR_RETURN(const JsonValue model, FindHfModel(root));
  TESSERA_RETURN_IF_ERROR(ReadHfNormalizer(root, &data_));
  TESSERA_RETURN_IF_ERROR(ReadHfPretokenizer(root, &data_));
  TESSERA_RETURN_IF_ERROR(ReadHfDecoder(root, &data_));
  TESSERA_ASSIGN_OR_RETURN(roles_.around, ReadHfPostProcessor(root));
  TESSERA_RETURN_IF_ERROR(ReadHfModel(model, &vocabulary_, &data_));
  if (data_.kind() != TokenizerData::KIND_UNIGRAM) {
    TESSERA_RETURN_IF_ERROR(SetHfMerges(model, vocabulary_, &data_));
  }
  if (data_.kind() == TokenizerData::KIND_BYTE_LEVEL_BPE) {
    data_.set_pre_tokenizer(NameOfPretokenizer(data_).value_or(""));
  }
  return AddListedTokens(root, &vocabulary_);
}

absl::Status TokenizerReader::ReadByteLevelFiles() {
  ByteLevelFiles files;
  files.vocab = *files_.vocab;
  files.merges = *files_.merges;
  files.tokenizer_class = Class();
  OptionalFile config;
  TESSERA_RETURN_IF_ERROR(config.Parse("config.json", files_.config));
  if (config.root().has_value()) {
    files.model_type = FindText(*config.root(), "model_type");
  }
  files.add_prefix_space = Configured("add_prefix_space").value_or(false);
  TESSERA_ASSIGN_OR_RETURN(made_json_, TokenizerJsonOf(files));
  return ReadTokenizerJson(made_json_);
}

absl::Status TokenizerReader::ReadSentencepiece() {
  const absl::string_view name = absl::StripSuffix(Class(), "Fast");
  if (std::find(std::begin(kShiftingClasses), std::end(kShiftingClasses),
                name) != std::end(kShiftingClasses)) {
    return absl::UnimplementedError(absl::StrCat(
        "there is no tokenizer.json, and tokenizer.model is not supported for "
        "the tokenizer class ",
        Quoted(name)));
  }
  TESSERA_ASSIGN_OR_RETURN(model_,
                           ParseSentencepieceModel(*files_.tokenizer_model));
  ReadSentencepieceModel(model_, &vocabulary_, &data_);
  if (Configured("add_prefix_space") == false) {
    data_.set_add_space_prefix(false);
  }
  // T5 is the only class that has this without its configuration saying so.
  if (name == "T5Tokenizer" && data_.has_eos_id()) {
    roles_.around.after.push_back(data_.eos_id());
  }
  return absl::OkStatus();
}

absl::Status TokenizerReader::Finish() {
  TESSERA_RETURN_IF_ERROR(AddConfiguredTokens(roles_.config, &vocabulary_));
  if (data_.byte_fallback()) vocabulary_.MarkBytes();
  const bool with_scores = data_.kind() == TokenizerData::KIND_UNIGRAM ||
                           data_.kind() == TokenizerData::KIND_SENTENCEPIECE;
  TESSERA_RETURN_IF_ERROR(
      vocabulary_.Store(files_.vocab_size, with_scores, &data_));
  TESSERA_RETURN_IF_ERROR(SetHfTokenRoles(roles_, vocabulary_, &data_));
  ChatTemplateSources templates;
  templates.tokenizer_config = tokenizer_config_.root();
  templates.chat_template_json = chat_template_.root();
  templates.jinja = files_.chat_template_jinja;
  templates.additional_jinja = files_.additional_chat_templates;
  return SetChatTemplates(templates, &data_);
}

absl::StatusOr<TokenizerData> TokenizerReader::Read() {
  TESSERA_RETURN_IF_ERROR(ParseFiles());
  if (files_.tokenizer.has_value()) {
    roles_.class_keeps_template = !Class().empty();
    TESSERA_RETURN_IF_ERROR(ReadTokenizerJson(files_.tokenizer));
  } else if (files_.tokenizer_model.has_value()) {
    TESSERA_RETURN_IF_ERROR(ReadSentencepiece());
  } else if (files_.vocab.has_value() && files_.merges.has_value()) {
    TESSERA_RETURN_IF_ERROR(ReadByteLevelFiles());
  } else {
    return absl::NotFoundError(
        "there is no tokenizer.json, no tokenizer.model, and no vocab.json "
        "with "
        "merges.txt, so the arena has no tokenizer");
  }
  TESSERA_RETURN_IF_ERROR(Finish());
  return std::move(data_);
}

}  // namespace

absl::StatusOr<TokenizerData> TokenizerFromHuggingFace(
    const HfTokenizerFiles& files) {
  return TokenizerReader(files).Read();
}

}  // namespace tessera
