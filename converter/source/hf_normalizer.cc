#include "converter/source/hf_normalizer.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/hf_steps.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

constexpr absl::string_view kPart = "normalizer";

constexpr std::pair<absl::string_view, NormalizerStep::UnicodeForm>
    kUnicodeForms[] = {
        {"NFC", NormalizerStep::NFC},
        {"NFD", NormalizerStep::NFD},
        {"NFKC", NormalizerStep::NFKC},
        {"NFKD", NormalizerStep::NFKD},
};

bool ReadUnicodeForm(absl::string_view type, NormalizerStep* step) {
  for (const auto& [name, form] : kUnicodeForms) {
    if (name != type) continue;
    step->set_unicode_form(form);
    return true;
  }
  return false;
}

absl::Status ReadCharsmap(JsonValue json, std::string* charsmap) {
  TESSERA_ASSIGN_OR_RETURN(const std::string text,
                           HfRequiredText(json, "precompiled_charsmap", kPart));
  if (absl::Base64Unescape(text, charsmap)) return absl::OkStatus();
  return HfDamaged("precompiled_charsmap is not base64");
}

absl::Status ReadStep(JsonValue json, NormalizerStep* step) {
  const absl::string_view type = FindText(json, "type");
  if (ReadUnicodeForm(type, step)) return absl::OkStatus();
  if (type == "Lowercase") {
    step->set_lowercase(true);
  } else if (type == "StripAccents") {
    step->set_strip_accents(true);
  } else if (type == "Nmt") {
    step->set_nmt(true);
  } else if (type == "Strip") {
    step->mutable_strip()->set_left(
        FindBool(json, "strip_left").value_or(true));
    step->mutable_strip()->set_right(
        FindBool(json, "strip_right").value_or(true));
  } else if (type == "Prepend") {
    TESSERA_ASSIGN_OR_RETURN(*step->mutable_prepend(),
                             HfRequiredText(json, "prepend", kPart));
  } else if (type == "Replace") {
    return ReadHfReplace(json, kPart, step->mutable_replace());
  } else if (type == "Precompiled") {
    return ReadCharsmap(json, step->mutable_charsmap());
  } else {
    return HfUnsupported(absl::StrCat(kPart, " ", Quoted(type)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadHfNormalizer(JsonValue tokenizer, TokenizerData* data) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> steps,
                           HfSteps(tokenizer, kPart));
  for (const JsonValue json : steps) {
    TESSERA_RETURN_IF_ERROR(ReadStep(json, data->add_normalizer()));
  }
  return absl::OkStatus();
}

}  // namespace tessera
