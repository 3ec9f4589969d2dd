#include "converter/source/sentencepiece_tokenizer_model.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/sentencepiece_steps.h"
#include "formats/arena/token_type.h"

namespace tessera {
namespace {

using sentencepiece::ModelProto;
using sentencepiece::NormalizerSpec;
using sentencepiece::TrainerSpec;

absl::Status Damaged(absl::string_view problem) {
  return absl::DataLossError(absl::StrCat("tokenizer.model: ", problem));
}

absl::Status Unsupported(absl::string_view what) {
  return absl::UnimplementedError(
      absl::StrCat("tokenizer.model: ", what, " is not supported"));
}

// "aGVsbG8= 0": the first line of a list of tiktoken.
bool IsTiktoken(absl::string_view bytes) {
  const absl::string_view line = bytes.substr(0, bytes.find('\n'));
  const size_t space = line.find(' ');
  std::string token;
  uint64_t rank;
  return space != absl::string_view::npos && line.size() < bytes.size() &&
         absl::Base64Unescape(line.substr(0, space), &token) &&
         absl::SimpleAtoi(line.substr(space + 1), &rank);
}

absl::Status CheckPieces(const ModelProto& model) {
  if (model.pieces_size() == 0) return Damaged("no pieces");
  absl::flat_hash_set<absl::string_view> seen;
  seen.reserve(model.pieces_size());
  for (int id = 0; id < model.pieces_size(); ++id) {
    const ModelProto::SentencePiece& piece = model.pieces(id);
    if (piece.piece().empty()) {
      return Damaged(absl::StrCat("piece ", id, " is empty"));
    }
    if (!seen.insert(piece.piece()).second) {
      return Damaged(
          absl::StrCat("piece ", Quoted(piece.piece()), " occurs twice"));
    }
    if (!std::isfinite(piece.score())) {
      return Damaged(absl::StrCat("piece ", id, " has no finite score"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSupported(const ModelProto& model) {
  const TrainerSpec& trainer = model.trainer_spec();
  if (trainer.model_type() == TrainerSpec::WORD) return Unsupported("'WORD'");
  if (trainer.model_type() == TrainerSpec::CHAR) return Unsupported("'CHAR'");
  if (trainer.treat_whitespace_as_suffix()) {
    return Unsupported("treat_whitespace_as_suffix");
  }
  if (!model.normalizer_spec().escape_whitespaces()) {
    return Unsupported("escape_whitespaces: false");
  }
  return absl::OkStatus();
}

std::optional<uint32_t> IdOf(int32_t id, const ModelProto& model) {
  if (id < 0 || id >= model.pieces_size()) return std::nullopt;
  return static_cast<uint32_t>(id);
}

void SetIds(const ModelProto& model, TokenizerData* data) {
  const TrainerSpec& trainer = model.trainer_spec();
  const auto bos = IdOf(trainer.bos_id(), model);
  const auto eos = IdOf(trainer.eos_id(), model);
  const auto padding = IdOf(trainer.pad_id(), model);
  if (bos.has_value()) data->set_bos_id(*bos);
  if (eos.has_value()) data->set_eos_id(*eos);
  if (padding.has_value()) data->set_padding_id(*padding);
  for (int id = 0; id < model.pieces_size(); ++id) {
    if (model.pieces(id).type() != ModelProto::SentencePiece::UNKNOWN) continue;
    data->set_unknown_id(static_cast<uint32_t>(id));
    break;
  }
}

void SetSteps(const NormalizerSpec& spec, TokenizerData* data) {
  if (data->kind() == TokenizerData::KIND_UNIGRAM) {
    AppendSentencepieceSteps(
        {spec.precompiled_charsmap(), spec.remove_extra_whitespaces(),
         spec.add_dummy_prefix()},
        data);
    return;
  }
  // The other kind spells spaces itself.
  if (!spec.precompiled_charsmap().empty()) {
    data->add_normalizer()->set_sentencepiece_charsmap(
        spec.precompiled_charsmap());
  }
  if (spec.remove_extra_whitespaces()) {
    data->add_normalizer()->set_extra_spaces(true);
  }
  data->set_add_space_prefix(spec.add_dummy_prefix());
}

}  // namespace

absl::StatusOr<ModelProto> ParseSentencepieceModel(absl::string_view bytes) {
  if (IsTiktoken(bytes)) return Unsupported("a list of tokens of tiktoken");
  ModelProto model;
  if (bytes.size() > std::numeric_limits<int32_t>::max() ||
      !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Damaged("no model of SentencePiece");
  }
  TESSERA_RETURN_IF_ERROR(CheckPieces(model));
  TESSERA_RETURN_IF_ERROR(CheckSupported(model));
  return model;
}

void ReadSentencepieceModel(const ModelProto& model, HfVocabulary* vocabulary,
                            TokenizerData* data) {
  const bool bpe = model.trainer_spec().model_type() == TrainerSpec::BPE;
  data->set_kind(bpe ? TokenizerData::KIND_SENTENCEPIECE
                     : TokenizerData::KIND_UNIGRAM);
  data->set_byte_fallback(model.trainer_spec().byte_fallback());
  data->set_fuse_unknown(true);
  for (int id = 0; id < model.pieces_size(); ++id) {
    const ModelProto::SentencePiece& piece = model.pieces(id);
    vocabulary->Add(piece.piece(), id, piece.score(),
                    static_cast<TokenType>(piece.type()));
  }
  SetIds(model, data);
  SetSteps(model.normalizer_spec(), data);
}

}  // namespace tessera
