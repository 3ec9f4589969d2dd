#include "converter/inspect/describe_tokenizer.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/counted.h"
#include "base/quoted.h"

namespace tessera {
namespace {

std::string PatternText(absl::string_view pattern, bool is_regex) {
  return absl::StrCat(is_regex ? "expression " : "", Quoted(pattern));
}

std::string StepText(const NormalizerStep& step) {
  switch (step.step_case()) {
    case NormalizerStep::kUnicodeForm:
      return NormalizerStep::UnicodeForm_Name(step.unicode_form());
    case NormalizerStep::kReplace:
      return absl::StrCat(
          "replace ",
          PatternText(step.replace().pattern(), step.replace().is_regex()),
          " by ", Quoted(step.replace().content()));
    case NormalizerStep::kPrepend:
      return absl::StrCat("prepend ", Quoted(step.prepend()));
    case NormalizerStep::kCharsmap:
      return absl::StrCat("charsmap of ",
                          Counted(step.charsmap().size(), "byte"));
    case NormalizerStep::kSentencepieceCharsmap:
      return absl::StrCat("charsmap of ",
                          Counted(step.sentencepiece_charsmap().size(), "byte"),
                          ", SentencePiece's way");
    case NormalizerStep::kLowercase:
      return "lowercase";
    case NormalizerStep::kStrip:
      return "strip";
    case NormalizerStep::kStripAccents:
      return "strip accents";
    case NormalizerStep::kNmt:
      return "nmt";
    case NormalizerStep::kExtraSpaces:
      return "remove extra spaces";
    default:
      return "-";
  }
}

std::string StepText(const SplitStep& step) {
  switch (step.step_case()) {
    case SplitStep::kPattern:
      return absl::StrCat(
          PatternText(step.pattern().text(), step.pattern().is_regex()), ", ",
          absl::AsciiStrToLower(
              SplitStep::Behavior_Name(step.pattern().behavior())),
          step.pattern().invert() ? ", inverted" : "");
    case SplitStep::kByteLevel:
      return absl::StrCat(
          "byte level",
          step.byte_level().add_prefix_space() ? ", space in front" : "",
          step.byte_level().use_regex() ? ", GPT-2's expression" : "");
    case SplitStep::kMetaspace:
      return absl::StrCat(
          "metaspace ", Quoted(step.metaspace().replacement()), ", in front ",
          absl::AsciiStrToLower(SplitStep::Metaspace::PrependScheme_Name(
              step.metaspace().prepend_scheme())),
          step.metaspace().split() ? ", splits" : "");
    case SplitStep::kDigits:
      return step.digits().individual() ? "single digits" : "digits";
    case SplitStep::kPunctuation:
      return absl::StrCat(
          "punctuation, ",
          absl::AsciiStrToLower(SplitStep::Behavior_Name(step.punctuation())));
    case SplitStep::kWhitespace:
      return "words and signs";
    case SplitStep::kWhitespaceSplit:
      return "white space";
    case SplitStep::kCharDelimiter:
      return absl::StrCat("delimiter ", Quoted(step.char_delimiter()));
    case SplitStep::kUnicodeScripts:
      return "scripts";
    case SplitStep::kBert:
      return "bert";
    default:
      return "-";
  }
}

class Describer {
 public:
  explicit Describer(const TokenizerData& tokenizer) : tokenizer_(tokenizer) {}

  FactGroup Describe();

 private:
  void Add(absl::string_view name, std::string value,
           std::optional<GgufValue> typed = std::nullopt) {
    group_.facts.push_back(
        {std::string(name), std::move(value), std::move(typed)});
  }
  // One of several.
  void AddTo(absl::string_view name, std::string value) {
    group_.facts.push_back({std::string(name), std::move(value), {}, true});
  }
  void AddCount(absl::string_view name, int count) {
    const uint64_t number = static_cast<uint64_t>(count);
    Add(name, WithCommas(number), GgufValue::Scalar(number));
  }
  void AddSteps();
  void AddIds();
  void AddTemplates();

  const TokenizerData& tokenizer_;
  FactGroup group_ = {"tokenizer", {}};
};

void Describer::AddSteps() {
  if (!tokenizer_.pre_tokenizer().empty()) {
    Add("pre_tokenizer", tokenizer_.pre_tokenizer());
  }
  for (const NormalizerStep& step : tokenizer_.normalizer()) {
    AddTo("normalizer", StepText(step));
  }
  for (const SplitStep& step : tokenizer_.split()) {
    AddTo("split", StepText(step));
  }
}

void Describer::AddIds() {
  const auto add_id = [&](absl::string_view name, uint32_t id, bool added) {
    Add(name, absl::StrCat(id, added ? ", added" : ""), GgufValue::Scalar(id));
  };
  if (tokenizer_.has_bos_id()) {
    add_id("bos_id", tokenizer_.bos_id(), tokenizer_.add_bos());
  }
  if (tokenizer_.has_eos_id()) {
    add_id("eos_id", tokenizer_.eos_id(), tokenizer_.add_eos());
  }
  if (tokenizer_.has_unknown_id()) {
    add_id("unknown_id", tokenizer_.unknown_id(), false);
  }
  const auto add_ids = [&](absl::string_view name, const auto& ids) {
    if (ids.empty()) return;
    Add(name, absl::StrJoin(ids, " "),
        GgufValue::Array(absl::MakeConstSpan(ids.data(), ids.size())));
  };
  add_ids("prefix_id", tokenizer_.prefix_id());
  add_ids("suffix_id", tokenizer_.suffix_id());
  add_ids("end_of_generation_id", tokenizer_.end_of_generation_id());
}

void Describer::AddTemplates() {
  if (!tokenizer_.chat_template().empty()) {
    AddTo("chat_template", Counted(tokenizer_.chat_template().size(), "byte"));
  }
  for (const TokenizerData::NamedTemplate& named :
       tokenizer_.named_chat_template()) {
    AddTo("chat_template", absl::StrCat(Quoted(named.name()), ", ",
                                        Counted(named.text().size(), "byte")));
  }
}

FactGroup Describer::Describe() {
  Add("kind", std::string(TokenizerKindName(tokenizer_.kind())));
  AddSteps();
  AddCount("tokens", tokenizer_.token_length_size());
  if (tokenizer_.kind() == TokenizerData::KIND_BYTE_LEVEL_BPE ||
      tokenizer_.kind() == TokenizerData::KIND_BPE) {
    AddCount("merges", tokenizer_.merge_left_size());
  }
  AddIds();
  AddTemplates();
  return std::move(group_);
}

}  // namespace

absl::string_view TokenizerKindName(TokenizerData::Kind kind) {
  switch (kind) {
    case TokenizerData::KIND_BYTE_LEVEL_BPE:
      return "byte-level BPE";
    case TokenizerData::KIND_SENTENCEPIECE:
      return "SentencePiece";
    case TokenizerData::KIND_BPE:
      return "BPE";
    case TokenizerData::KIND_UNIGRAM:
      return "Unigram";
    default:
      return "not known";
  }
}

std::string TokenText(const TokenizerData& tokenizer, uint32_t id) {
  if (id >= static_cast<uint64_t>(tokenizer.token_length_size())) return "";
  uint64_t offset = 0;
  for (uint32_t i = 0; i < id; ++i) {
    offset += tokenizer.token_length(static_cast<int>(i));
  }
  const absl::string_view all = tokenizer.token_text();
  if (offset > all.size()) return "";
  return std::string(
      all.substr(offset, tokenizer.token_length(static_cast<int>(id))));
}

FactGroup DescribeTokenizer(const TokenizerData& tokenizer) {
  return Describer(tokenizer).Describe();
}

}  // namespace tessera
