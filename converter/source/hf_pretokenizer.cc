#include "converter/source/hf_pretokenizer.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/hf_steps.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

constexpr absl::string_view kPart = "pre_tokenizer";

constexpr std::pair<absl::string_view, SplitStep::Behavior> kBehaviors[] = {
    {"Isolated", SplitStep::ISOLATED},
    {"Removed", SplitStep::REMOVED},
    {"MergedWithPrevious", SplitStep::MERGED_WITH_PREVIOUS},
    {"MergedWithNext", SplitStep::MERGED_WITH_NEXT},
    {"Contiguous", SplitStep::CONTIGUOUS},
};

constexpr std::pair<absl::string_view, SplitStep::Metaspace::PrependScheme>
    kPrependSchemes[] = {
        {"always", SplitStep::Metaspace::ALWAYS},
        {"never", SplitStep::Metaspace::NEVER},
        {"first", SplitStep::Metaspace::FIRST},
};

absl::StatusOr<SplitStep::Behavior> ReadBehavior(JsonValue json) {
  const absl::string_view text = FindText(json, "behavior");
  for (const auto& [name, behavior] : kBehaviors) {
    if (name == text) return behavior;
  }
  return HfUnsupported(absl::StrCat(kPart, " ", Quoted(FindText(json, "type")),
                                    " with behavior ", Quoted(text)));
}

absl::Status ReadSplit(JsonValue json, SplitStep::Pattern* step) {
  TESSERA_ASSIGN_OR_RETURN(HfPattern pattern, ReadHfPattern(json));
  TESSERA_ASSIGN_OR_RETURN(const SplitStep::Behavior behavior,
                           ReadBehavior(json));
  step->set_text(std::move(pattern.text));
  step->set_is_regex(pattern.is_regex);
  step->set_behavior(behavior);
  step->set_invert(FindBool(json, "invert").value_or(false));
  return absl::OkStatus();
}

absl::Status ReadPunctuation(JsonValue json, SplitStep* step) {
  SplitStep::Behavior behavior = SplitStep::ISOLATED;
  if (FindMember(json, "behavior").has_value()) {
    TESSERA_ASSIGN_OR_RETURN(behavior, ReadBehavior(json));
  }
  step->set_punctuation(behavior);
  return absl::OkStatus();
}

void ReadByteLevel(JsonValue json, SplitStep::ByteLevel* step) {
  step->set_add_prefix_space(FindBool(json, "add_prefix_space").value_or(true));
  step->set_use_regex(FindBool(json, "use_regex").value_or(true));
}

// Steps without members.
bool ReadPlainStep(absl::string_view type, SplitStep* step) {
  if (type == "Whitespace") {
    step->set_whitespace(true);
  } else if (type == "WhitespaceSplit") {
    step->set_whitespace_split(true);
  } else if (type == "UnicodeScripts") {
    step->set_unicode_scripts(true);
  } else if (type == "BertPreTokenizer") {
    step->set_bert(true);
  } else {
    return false;
  }
  return true;
}

absl::Status ReadStep(JsonValue json, SplitStep* step) {
  const absl::string_view type = FindText(json, "type");
  if (ReadPlainStep(type, step)) return absl::OkStatus();
  if (type == "ByteLevel") {
    ReadByteLevel(json, step->mutable_byte_level());
  } else if (type == "Split") {
    return ReadSplit(json, step->mutable_pattern());
  } else if (type == "Metaspace") {
    TESSERA_ASSIGN_OR_RETURN(*step->mutable_metaspace(),
                             ReadHfMetaspace(json, kPart));
  } else if (type == "Digits") {
    step->mutable_digits()->set_individual(
        FindBool(json, "individual_digits").value_or(false));
  } else if (type == "Punctuation") {
    return ReadPunctuation(json, step);
  } else if (type == "CharDelimiterSplit") {
    TESSERA_ASSIGN_OR_RETURN(*step->mutable_char_delimiter(),
                             HfRequiredCharacter(json, "delimiter", kPart));
  } else {
    return HfUnsupported(absl::StrCat(kPart, " ", Quoted(type)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SplitStep::Metaspace> ReadHfMetaspace(JsonValue json,
                                                     absl::string_view part) {
  SplitStep::Metaspace step;
  TESSERA_ASSIGN_OR_RETURN(*step.mutable_replacement(),
                           HfRequiredCharacter(json, "replacement", part));
  // Files of before 2023 have add_prefix_space alone. Where both are, the
  // scheme counts.
  const absl::string_view scheme = FindText(json, "prepend_scheme");
  if (scheme.empty()) {
    step.set_prepend_scheme(FindBool(json, "add_prefix_space").value_or(true)
                                ? SplitStep::Metaspace::ALWAYS
                                : SplitStep::Metaspace::NEVER);
  } else {
    bool known = false;
    for (const auto& [name, value] : kPrependSchemes) {
      if (name != scheme) continue;
      step.set_prepend_scheme(value);
      known = true;
    }
    if (!known) {
      return HfUnsupported(absl::StrCat(
          part, " 'Metaspace' with prepend_scheme ", Quoted(scheme)));
    }
  }
  step.set_split(FindBool(json, "split").value_or(true));
  return step;
}

absl::Status ReadHfPretokenizer(JsonValue tokenizer, TokenizerData* data) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> steps,
                           HfSteps(tokenizer, kPart));
  for (const JsonValue json : steps) {
    TESSERA_RETURN_IF_ERROR(ReadStep(json, data->add_split()));
  }
  return absl::OkStatus();
}

}  // namespace tessera
