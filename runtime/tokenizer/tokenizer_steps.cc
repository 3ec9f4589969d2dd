#include "runtime/tokenizer/tokenizer_steps.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "formats/tokenizer/known_pretokenizers.h"
#include "google/protobuf/repeated_field.h"
#include "runtime/tokenizer/bpe_model.h"
#include "runtime/tokenizer/piece_model.h"
#include "runtime/tokenizer/unigram_model.h"

namespace tessera {
namespace {

using NormalizerSteps = google::protobuf::RepeatedPtrField<NormalizerStep>;
using SplitSteps = google::protobuf::RepeatedPtrField<SplitStep>;

constexpr char kSpace[] = "\u2581";

// Bits of TokenizerData.token_flags.
constexpr uint8_t kStripLeft = 1;
constexpr uint8_t kStripRight = 2;
constexpr uint8_t kSingleWord = 4;
constexpr uint8_t kNormalized = 8;

struct StepLists {
  NormalizerSteps normalizer;
  SplitSteps split;
};

// Spaces as SentencePiece's own vocabularies have them.
void AddSentencepieceSteps(bool add_space_prefix, NormalizerSteps* steps) {
  if (add_space_prefix) steps->Add()->set_prepend(kSpace);
  NormalizerStep::Replace* const replace = steps->Add()->mutable_replace();
  replace->set_pattern(" ");
  replace->set_content(kSpace);
}

absl::StatusOr<StepLists> ListSteps(const TokenizerData& data) {
  StepLists lists{data.normalizer(), data.split()};
  if (data.kind() == TokenizerData::KIND_SENTENCEPIECE) {
    AddSentencepieceSteps(data.add_space_prefix(), &lists.normalizer);
  }
  const bool is_named = lists.split.empty() &&
                        (data.kind() == TokenizerData::KIND_BYTE_LEVEL_BPE ||
                         (data.kind() == TokenizerData::KIND_BPE &&
                          !data.pre_tokenizer().empty()));
  if (!is_named) return lists;
  TESSERA_ASSIGN_OR_RETURN(const KnownPretokenizer* const known,
                           FindKnownPretokenizer(data.pre_tokenizer()));
  lists.split.Assign(known->split.begin(), known->split.end());
  if (lists.normalizer.empty()) {
    lists.normalizer.Assign(known->normalizer.begin(), known->normalizer.end());
  }
  return lists;
}

// Whether the steps come from tokenizer.json rather than from llama.cpp.
bool IsFromHuggingFace(const TokenizerData& data) {
  return data.is_hugging_face() || data.split_size() > 0 ||
         data.decoder_size() > 0;
}

// Whether what is no token can become nothing, so that what stands before and
// behind it is joined.
bool CharactersCanVanish(const TokenizerData& data,
                         const Vocabulary& vocabulary) {
  if (!IsFromHuggingFace(data) || data.has_unknown_id()) return false;
  if (!data.byte_fallback()) return true;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name = absl::StrFormat("<0x%02X>", byte);
    if (!vocabulary.FindSpelling(name).has_value()) return true;
  }
  return false;
}

absl::StatusOr<std::unique_ptr<WordModel>> MakeModel(
    const TokenizerData& data, const Vocabulary& vocabulary,
    bool words_are_bytes) {
  switch (data.kind()) {
    case TokenizerData::KIND_BYTE_LEVEL_BPE:
    case TokenizerData::KIND_BPE:
      return BpeModel::Create(data, vocabulary,
                              {.words_are_bytes = words_are_bytes,
                               .unknown_leaves_gap = !IsFromHuggingFace(data)});
    case TokenizerData::KIND_SENTENCEPIECE:
      return PieceModel::Create(vocabulary);
    default:
      return UnigramModel::Create(data, vocabulary);
  }
}

// A token with which chat templates say who speaks, or what. Some models have
// such tokens that are not of control type, as DeepSeek's "<|User|>".
bool IsMarkup(const TokenizerData& data, absl::string_view text) {
  if (!absl::StartsWith(text, "<") && !absl::StartsWith(text, "[")) {
    return false;
  }
  for (const absl::string_view bar : {"|", "\xEF\xBD\x9C"}) {  // U+FF5C
    if (absl::StartsWith(text.substr(1), bar) &&
        absl::EndsWith(text, absl::StrCat(bar, ">"))) {
      return true;
    }
  }
  if (absl::StrContains(data.chat_template(), text)) return true;
  for (const auto& named : data.named_chat_template()) {
    if (absl::StrContains(named.text(), text)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<TokenizerSteps> MakeTokenizerSteps(
    const TokenizerData& data, const Vocabulary& vocabulary) {
  TESSERA_ASSIGN_OR_RETURN(const StepLists lists, ListSteps(data));
  const bool is_byte_level = data.kind() == TokenizerData::KIND_BYTE_LEVEL_BPE;
  const bool spells_bytes =
      std::any_of(lists.split.begin(), lists.split.end(),
                  [](const SplitStep& step) { return step.has_byte_level(); });
  const bool spells_bytes_last =
      !lists.split.empty() && lists.split.rbegin()->has_byte_level();
  // The model spells bytes faster than the last step would.
  const bool words_are_bytes =
      is_byte_level && (spells_bytes_last || !spells_bytes);
  const std::vector<const SplitStep*> split(lists.split.pointer_begin(),
                                            lists.split.pointer_end());
  TokenizerSteps steps;
  TESSERA_ASSIGN_OR_RETURN(steps.normalizer,
                           Normalizer::Create(lists.normalizer));
  TESSERA_ASSIGN_OR_RETURN(
      steps.splitter,
      Splitter::Create(split, words_are_bytes && spells_bytes_last));
  TESSERA_ASSIGN_OR_RETURN(steps.model,
                           MakeModel(data, vocabulary, words_are_bytes));
  steps.cut_at_spaces =
      data.kind() == TokenizerData::KIND_SENTENCEPIECE ||
      (data.kind() == TokenizerData::KIND_BPE && !data.ignore_merges() &&
       !CharactersCanVanish(data, vocabulary));
  return steps;
}

absl::StatusOr<AddedTokenSets> MakeAddedTokens(const TokenizerData& data,
                                               const Vocabulary& vocabulary,
                                               const Normalizer& normalizer) {
  const std::string& flags = data.token_flags();
  if (!flags.empty() &&
      flags.size() != static_cast<size_t>(vocabulary.size())) {
    return absl::DataLossError(absl::StrCat("tokenizer: ", flags.size(),
                                            " token flags, expected ",
                                            vocabulary.size()));
  }
  std::vector<AddedToken> in_text;
  std::vector<AddedToken> control_in_normalized;
  std::vector<AddedToken> in_normalized;
  Regex::Scratch scratch;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    const TokenType type = vocabulary.Type(id);
    if (type != TokenType::kUserDefined && type != TokenType::kControl &&
        type != TokenType::kUnknown) {
      continue;
    }
    const uint8_t bits =
        flags.empty() ? 0
                      : static_cast<uint8_t>(flags[static_cast<size_t>(id)]);
    AddedToken token;
    token.id = id;
    token.is_control = type != TokenType::kUserDefined;
    token.is_markup = IsMarkup(data, vocabulary.Text(id));
    token.strip_left = (bits & kStripLeft) != 0;
    token.strip_right = (bits & kStripRight) != 0;
    token.single_word = (bits & kSingleWord) != 0;
    token.text = std::string(vocabulary.Text(id));
    if ((bits & kNormalized) == 0) {
      in_text.push_back(std::move(token));
      continue;
    }
    if (token.is_control || token.is_markup) {
      control_in_normalized.push_back(token);
    }
    std::string storage;
    bool keeps_start = true;
    token.text = std::string(normalizer.Normalize(vocabulary.Text(id), &scratch,
                                                  &storage, &keeps_start));
    in_normalized.push_back(std::move(token));
  }
  AddedTokenSets sets;
  if (!control_in_normalized.empty()) {
    control_in_normalized.insert(control_in_normalized.end(), in_text.begin(),
                                 in_text.end());
    sets.in_marked_text =
        std::make_unique<AddedTokens>(std::move(control_in_normalized));
  }
  sets.in_text = std::make_unique<AddedTokens>(std::move(in_text));
  sets.in_normalized_text =
      std::make_unique<AddedTokens>(std::move(in_normalized));
  return sets;
}

}  // namespace tessera
