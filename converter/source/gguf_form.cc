#include "converter/source/gguf_form.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "converter/source/gguf_merge_scores.h"
#include "formats/arena/token_type.h"
#include "formats/tokenizer/known_pretokenizers.h"

namespace tessera {
namespace {

constexpr absl::string_view kSpace = "\u2581";
constexpr char kDefault[] = "default";

bool Spells(const NormalizerStep& step) {
  return step.has_replace() && !step.replace().is_regex() &&
         step.replace().pattern() == " " && step.replace().content() == kSpace;
}

// A piece of "t5" and "llama": one text, in which spaces are U+2581.
struct SpaceForm {
  bool prefix = false;        // a space before the text
  bool extra_spaces = false;  // removed
  bool splits = false;        // at spaces, which joins of words would cross
  bool first_only = false;    // no space behind control tokens
  bool not_twice = false;     // no space before one that is there
  std::string charsmap;
};

// Several spaces to one.
bool RemovesSpaces(const NormalizerStep& step) {
  if (step.has_extra_spaces()) return true;
  const NormalizerStep::Replace& replace = step.replace();
  return step.has_replace() && replace.is_regex() &&
         replace.pattern() == " {2,}" &&
         (replace.content() == " " || replace.content() == kSpace);
}

bool ReadNormalizer(const TokenizerData& tokenizer, SpaceForm* form,
                    bool* spelled) {
  for (const NormalizerStep& step : tokenizer.normalizer()) {
    if (Spells(step)) {
      *spelled = true;
    } else if (step.has_prepend() &&
               (step.prepend() == kSpace || step.prepend() == " ")) {
      form->prefix = true;
    } else if (step.has_charsmap() && !*spelled) {
      form->charsmap = step.charsmap();
    } else if (step.has_sentencepiece_charsmap() && !*spelled) {
      form->charsmap = step.sentencepiece_charsmap();
    } else if (RemovesSpaces(step)) {
      form->extra_spaces = true;
    } else if (!step.has_strip()) {
      return false;
    } else {
      form->extra_spaces = true;
    }
  }
  return true;
}

std::optional<SpaceForm> FindSpaceForm(const TokenizerData& tokenizer) {
  SpaceForm form;
  bool spelled = false;
  if (!ReadNormalizer(tokenizer, &form, &spelled)) return std::nullopt;
  for (const SplitStep& step : tokenizer.split()) {
    if (step.has_metaspace() && step.metaspace().replacement() == kSpace &&
        !spelled) {
      const auto scheme = step.metaspace().prepend_scheme();
      form.prefix = scheme != SplitStep::Metaspace::NEVER;
      form.first_only = scheme == SplitStep::Metaspace::FIRST;
      form.not_twice = form.prefix && !form.extra_spaces;
      form.splits = step.metaspace().split();
      spelled = true;
    } else if (step.has_whitespace_split() && !spelled) {
      form.extra_spaces = true;
    } else if (!spelled || !step.has_pattern() || step.pattern().is_regex() ||
               step.pattern().text() != " ") {
      // Where spaces are spelled otherwise, splitting at them does nothing.
      return std::nullopt;
    }
  }
  if (!spelled) return std::nullopt;
  return form;
}

// Appends what is said about where spaces go.
void NoteSpaces(const SpaceForm& form, std::vector<std::string>* notes) {
  if (form.first_only) {
    notes->push_back(
        "readers of GGUF put a space behind control tokens too, not only at "
        "the start of a text");
  }
  if (form.not_twice) {
    notes->push_back(
        "readers of GGUF put a space before a text that begins with one");
  }
}

// Sets the types that readers of "llama" and "t5" expect.
void SetUnknownType(TokenizerData* data) {
  if (!data->has_unknown_id()) return;
  std::string& types = *data->mutable_token_type();
  if (data->unknown_id() < types.size()) {
    types[data->unknown_id()] = static_cast<char>(TokenType::kUnknown);
  }
}

GgufForm NoForm(const TokenizerData& tokenizer, absl::string_view why) {
  GgufForm form;
  form.model = "none";
  form.data = tokenizer;
  form.notes.push_back(absl::StrCat(
      "the GGUF file has no tokenizer, because GGUF cannot say ", why));
  return form;
}

void NoteAround(const TokenizerData& tokenizer, GgufForm* form) {
  if (tokenizer.prefix_id_size() + tokenizer.suffix_id_size() == 0) return;
  form->notes.push_back(
      "readers of GGUF put at most one token before and behind a text, and "
      "this tokenizer puts several");
}

GgufForm ByteLevelForm(const TokenizerData& tokenizer) {
  GgufForm form;
  form.model = "gpt2";
  form.data = tokenizer;
  form.pre = tokenizer.pre_tokenizer();
  if (form.pre.empty() && tokenizer.split_size() == 0) form.pre = kDefault;
  if (form.pre.empty()) {
    form.pre = kUnnamedPretokenizer;
    form.notes.push_back(absl::StrCat(
        "GGUF has no name for how this tokenizer splits a text; the file says ",
        "'", kUnnamedPretokenizer, "', which readers refuse"));
  } else if (tokenizer.split_size() > 0) {
    if (tokenizer.normalizer_size() > 0) {
      form.notes.push_back(
          "readers of GGUF do not compose text (NFC), and give other ids where "
          "accents are characters of their own");
    }
    const auto known = FindKnownPretokenizer(form.pre);
    if (known.ok() &&
        (*known)->flags.ignore_merges != tokenizer.ignore_merges()) {
      form.notes.push_back(absl::StrCat(
          "readers of GGUF take whole words that are tokens ",
          tokenizer.ignore_merges() ? "only if merges make them"
                                    : "as they are, whatever the merges",
          " with pre-tokenizer '", form.pre,
          "'; this tokenizer does it the other way"));
    }
  }
  return form;
}

// The tokens of `data` that are found in texts as they are, and that merges
// make too, become plain ones: with spaces spelled as U+2581 no text has them.
void FreeSpelledTokens(TokenizerData* data) {
  std::string& types = *data->mutable_token_type();
  absl::string_view rest(data->token_text());
  for (int id = 0; id < data->token_length_size(); ++id) {
    const absl::string_view text = rest.substr(0, data->token_length(id));
    rest.remove_prefix(text.size());
    const size_t index = static_cast<size_t>(id);
    if (index < types.size() && absl::StrContains(text, kSpace) &&
        types[index] == static_cast<char>(TokenType::kUserDefined)) {
      types[index] = static_cast<char>(TokenType::kNormal);
    }
  }
}

bool HasInnerSpaces(const TokenizerData& tokenizer) {
  absl::string_view rest(tokenizer.token_text());
  for (const uint32_t length : tokenizer.token_length()) {
    const absl::string_view text = rest.substr(0, length);
    rest.remove_prefix(length);
    const size_t last = text.rfind(kSpace);
    if (last != absl::string_view::npos && last > 0 &&
        text.find_first_not_of(kSpace) < last) {
      return true;
    }
  }
  return false;
}

GgufForm BpeForm(const TokenizerData& tokenizer) {
  const std::optional<SpaceForm> spaces = FindSpaceForm(tokenizer);
  if (!spaces.has_value() || spaces->extra_spaces ||
      !spaces->charsmap.empty()) {
    return NoForm(tokenizer, "how it normalizes and splits a text");
  }
  if (!tokenizer.byte_fallback()) {
    return NoForm(tokenizer, "what becomes of text that is no token");
  }
  GgufForm form;
  form.data = tokenizer;
  FreeSpelledTokens(&form.data);
  MergeScores merges = ScoresOfMerges(tokenizer);
  if (spaces->splits && HasInnerSpaces(tokenizer)) ++merges.differing;
  if (merges.differing > 0 && !spaces->prefix && tokenizer.add_bos()) {
    form.model = "gemma4";
    form.pre = "gemma4";
    return form;
  }
  form.model = "llama";
  form.pre = kDefault;
  form.data.set_kind(TokenizerData::KIND_SENTENCEPIECE);
  form.data.mutable_token_score()->Assign(merges.scores.begin(),
                                          merges.scores.end());
  form.data.clear_merge_left();
  form.data.clear_merge_right();
  form.data.set_add_space_prefix(spaces->prefix);
  SetUnknownType(&form.data);
  NoteSpaces(*spaces, &form.notes);
  if (merges.differing > 0) {
    form.notes.push_back(absl::StrCat(
        "readers of GGUF merge by score, and give other ids where one of ",
        merges.differing, " merges of this tokenizer is not in their order"));
  }
  return form;
}

GgufForm UnigramForm(const TokenizerData& tokenizer) {
  const std::optional<SpaceForm> spaces = FindSpaceForm(tokenizer);
  if (!spaces.has_value()) {
    return NoForm(tokenizer, "how it normalizes and splits a text");
  }
  GgufForm form;
  form.model = "t5";
  form.pre = kDefault;
  form.data = tokenizer;
  form.data.set_add_space_prefix(spaces->prefix);
  form.remove_extra_spaces = spaces->extra_spaces;
  form.charsmap = spaces->charsmap;
  SetUnknownType(&form.data);
  NoteSpaces(*spaces, &form.notes);
  if (spaces->splits && HasInnerSpaces(tokenizer)) {
    form.notes.push_back(
        "readers of GGUF do not split a text at spaces, and this tokenizer has "
        "tokens with a space inside");
  }
  if (tokenizer.byte_fallback()) {
    form.notes.push_back(
        "readers of GGUF take text that is no token as unknown, not byte by "
        "byte");
  }
  return form;
}

GgufForm MakeForm(absl::string_view model, absl::string_view pre,
                  const TokenizerData& tokenizer) {
  GgufForm form;
  form.model = std::string(model);
  form.pre = std::string(pre);
  form.data = tokenizer;
  return form;
}

GgufForm FormOfKind(const TokenizerData& tokenizer) {
  const bool plain = tokenizer.split_size() + tokenizer.normalizer_size() == 0;
  switch (tokenizer.kind()) {
    case TokenizerData::KIND_BYTE_LEVEL_BPE:
      return ByteLevelForm(tokenizer);
    case TokenizerData::KIND_UNIGRAM:
      return UnigramForm(tokenizer);
    case TokenizerData::KIND_BPE:
      if (!plain || tokenizer.pre_tokenizer().empty()) {
        return BpeForm(tokenizer);
      }
      return MakeForm("gemma4", tokenizer.pre_tokenizer(), tokenizer);
    default:
      GgufForm form = MakeForm("llama", kDefault, tokenizer);
      if (!plain) {
        form.notes.push_back(
            "readers of GGUF do not normalize a text for this kind of "
            "tokenizer, and this one does");
      }
      return form;
  }
}

}  // namespace

GgufForm FormForGguf(const TokenizerData& tokenizer) {
  GgufForm form = FormOfKind(tokenizer);
  if (form.model != "none") NoteAround(tokenizer, &form);
  return form;
}

}  // namespace tessera
