#include "runtime/tokenizer/token_pipeline.h"

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "runtime/tokenizer/byte_level.h"
#include "runtime/tokenizer/byte_tokens.h"
#include "runtime/tokenizer/word_cache.h"

namespace tessera {
namespace {

absl::Status CheckKind(TokenizerData::Kind kind) {
  switch (kind) {
    case TokenizerData::KIND_BYTE_LEVEL_BPE:
    case TokenizerData::KIND_SENTENCEPIECE:
    case TokenizerData::KIND_BPE:
    case TokenizerData::KIND_UNIGRAM:
      return absl::OkStatus();
    case TokenizerData::KIND_UNSPECIFIED:
      return absl::DataLossError("tokenizer: its kind is not stated");
    default:
      return absl::UnimplementedError(
          absl::StrCat("tokenizer: kind ", static_cast<int>(kind),
                       " is not known to this version of Tessera"));
  }
}

}  // namespace

// One call of Encode.
class TokenPipeline::Encoder {
 public:
  Encoder(const TokenPipeline& pipeline, size_t text_size)
      : pipeline_(pipeline),
        model_scratch_(pipeline.steps_.model->NewScratch()),
        cache_(text_size) {
    ids_.reserve(text_size / 4 + 4);
  }

  std::vector<int32_t> Encode(absl::string_view text,
                              const EncodeOptions& options) {
    const Vocabulary& vocabulary = *pipeline_.vocabulary_;
    const AddedTokenSets& tokens = pipeline_.added_tokens_;
    if (options.add_special) Append(vocabulary.begin_of_text());
    const bool is_marked =
        !options.plain.empty() && tokens.in_marked_text != nullptr;
    (is_marked ? tokens.in_marked_text : tokens.in_text)
        ->Split(
            text, options.parse_special, options.plain,
            [&](absl::string_view run) {
              AddRun(run, run.data() == text.data(), options);
            },
            [&](int32_t id) { ids_.push_back(id); });
    if (options.add_special) Append(vocabulary.end_of_text());
    return std::move(ids_);
  }

 private:
  void Append(const std::vector<int32_t>& ids) {
    ids_.insert(ids_.end(), ids.begin(), ids.end());
  }

  // Text between added tokens.
  void AddRun(absl::string_view run, bool starts_text,
              const EncodeOptions& options) {
    std::string& storage = split_scratch_.texts.emplace_back();
    const absl::string_view text = pipeline_.steps_.normalizer->Normalize(
        run, &split_scratch_.regex, &storage, &starts_text);
    if (storage.empty()) split_scratch_.texts.pop_back();
    // Normalizing has moved what users wrote: it may be all of it.
    const TextRange all = {0, options.plain.empty() ? 0 : text.size()};
    pipeline_.added_tokens_.in_normalized_text->Split(
        text, options.parse_special, absl::MakeConstSpan(&all, 1),
        [&](absl::string_view part) {
          AddNormalized(part, starts_text && part.data() == text.data());
        },
        [&](int32_t id) { ids_.push_back(id); });
  }

  void AddNormalized(absl::string_view text, bool starts_text) {
    pipeline_.steps_.splitter->Split(
        text, starts_text, &split_scratch_, [&](absl::string_view word) {
          if (!pipeline_.word_starts_.has_value()) return AddWord(word);
          pipeline_.word_starts_->Split(
              word, [&](absl::string_view part) { AddWord(part); });
        });
  }

  void AddWord(absl::string_view word) {
    const WordModel& model = *pipeline_.steps_.model;
    if (word.size() > WordCache::kLongestWord) {
      return model.Encode(word, model_scratch_.get(), &ids_);
    }
    if (cache_.Append(word, &ids_)) return;
    model.Encode(word, model_scratch_.get(), &ids_);
    cache_.Add(word, ids_);
  }

  const TokenPipeline& pipeline_;
  const std::unique_ptr<WordModel::Scratch> model_scratch_;
  SplitScratch split_scratch_;
  WordCache cache_;
  std::vector<int32_t> ids_;
};

absl::StatusOr<std::unique_ptr<Tokenizer>> TokenPipeline::Create(
    const TokenizerData& data) {
  TESSERA_RETURN_IF_ERROR(CheckKind(data.kind()));
  std::unique_ptr<TokenPipeline> pipeline(new TokenPipeline);
  pipeline->kind_ = data.kind();
  pipeline->add_space_prefix_ = data.add_space_prefix();
  TESSERA_ASSIGN_OR_RETURN(pipeline->vocabulary_, Vocabulary::Create(data));
  const Vocabulary& vocabulary = *pipeline->vocabulary_;
  TESSERA_ASSIGN_OR_RETURN(pipeline->steps_,
                           MakeTokenizerSteps(data, vocabulary));
  TESSERA_ASSIGN_OR_RETURN(
      pipeline->added_tokens_,
      MakeAddedTokens(data, vocabulary, *pipeline->steps_.normalizer));
  if (pipeline->steps_.cut_at_spaces) {
    pipeline->word_starts_.emplace(vocabulary);
  }
  if (!data.decoder().empty()) {
    TESSERA_ASSIGN_OR_RETURN(pipeline->decoder_,
                             Decoder::Create(data.decoder()));
  }
  return pipeline;
}

std::vector<int32_t> TokenPipeline::Encode(absl::string_view text,
                                           const EncodeOptions& options) const {
  return Encoder(*this, text.size()).Encode(text, options);
}

bool TokenPipeline::IsSpecial(int32_t id) const {
  const TokenType type = vocabulary_->Type(id);
  return type == TokenType::kControl || type == TokenType::kUnknown;
}

std::string TokenPipeline::DecodeByKind(int32_t id) const {
  const absl::string_view text = vocabulary_->Text(id);
  if (vocabulary_->Type(id) == TokenType::kUserDefined) {
    return std::string(text);
  }
  if (kind_ == TokenizerData::KIND_BYTE_LEVEL_BPE) return DecodeByteLevel(text);
  if (vocabulary_->Type(id) == TokenType::kByte) {
    if (const auto byte = ParseByteToken(text)) {
      return std::string(1, static_cast<char>(*byte));
    }
  }
  return absl::StrReplaceAll(text, {{"\u2581", " "}});
}

std::string TokenPipeline::Decode(int32_t id) const {
  if (!vocabulary_->Contains(id) || IsSpecial(id)) return "";
  if (decoder_ == nullptr) return DecodeByKind(id);
  // Of the source, an id that is not used has no text at all.
  if (vocabulary_->Type(id) == TokenType::kUnused) return "";
  return decoder_->DecodeOne(vocabulary_->Text(id));
}

std::string TokenPipeline::DecodeAll(absl::Span<const int32_t> ids,
                                     bool skip_special) const {
  std::vector<std::string> texts;
  for (const int32_t id : ids) {
    if (!vocabulary_->Contains(id)) continue;
    const bool is_special = IsSpecial(id);
    if (is_special && skip_special) continue;
    if (decoder_ == nullptr) {
      texts.push_back(is_special ? std::string(vocabulary_->Text(id))
                                 : DecodeByKind(id));
    } else if (vocabulary_->Type(id) != TokenType::kUnused) {
      texts.emplace_back(vocabulary_->Text(id));
    }
  }
  if (decoder_ != nullptr) return decoder_->DecodeAll(std::move(texts));
  std::string text;
  for (const std::string& part : texts) text += part;
  if (add_space_prefix_ && kind_ != TokenizerData::KIND_BYTE_LEVEL_BPE &&
      absl::StartsWith(text, " ")) {
    text.erase(0, 1);
  }
  return text;
}

absl::string_view TokenPipeline::Spelling(int32_t id) const {
  return vocabulary_->Contains(id) ? vocabulary_->Text(id)
                                   : absl::string_view();
}

}  // namespace tessera
