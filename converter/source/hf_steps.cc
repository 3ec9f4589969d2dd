#include "converter/source/hf_steps.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

// Real files have fewer than ten.
constexpr size_t kMaxSteps = 1000;

// Where the steps of a Sequence lie.
absl::string_view ListKey(absl::string_view part) {
  if (part == "normalizer") return "normalizers";
  if (part == "pre_tokenizer") return "pretokenizers";
  if (part == "decoder") return "decoders";
  return "processors";
}

absl::Status AddSteps(absl::string_view part, JsonValue root,
                      std::vector<JsonValue>* steps) {
  if (!root.is_object()) {
    return HfDamaged(absl::StrCat(part, " has a step that is no object"));
  }
  if (FindText(root, "type") != "Sequence") {
    steps->push_back(root);
    if (steps->size() <= kMaxSteps) return absl::OkStatus();
    return HfDamaged(
        absl::StrCat(part, " has more than ", kMaxSteps, " steps"));
  }
  const std::optional<JsonValue> list = FindMember(root, ListKey(part));
  if (!list.has_value()) {
    return HfDamaged(
        absl::StrCat(part, " is a Sequence without ", ListKey(part)));
  }
  const auto elements = JsonElements(*list);
  if (!elements.ok()) {
    return HfDamaged(
        absl::StrCat(ListKey(part), " ", elements.status().message()));
  }
  // The parser has a limit of its own on depth.
  for (const JsonValue element : *elements) {
    TESSERA_RETURN_IF_ERROR(AddSteps(part, element, steps));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<JsonValue>> HfSteps(JsonValue tokenizer,
                                               absl::string_view part) {
  std::vector<JsonValue> steps;
  const std::optional<JsonValue> root = FindMember(tokenizer, part);
  if (!root.has_value()) return steps;
  TESSERA_RETURN_IF_ERROR(AddSteps(part, *root, &steps));
  return steps;
}

absl::Status HfUnsupported(absl::string_view what) {
  return absl::UnimplementedError(
      absl::StrCat("tokenizer.json: ", what, " is not supported"));
}

absl::Status HfDamaged(absl::string_view problem) {
  return absl::DataLossError(absl::StrCat("tokenizer.json: ", problem));
}

absl::StatusOr<HfPattern> ReadHfPattern(JsonValue step) {
  const std::optional<JsonValue> pattern = FindMember(step, "pattern");
  for (const bool is_regex : {false, true}) {
    if (!pattern.has_value()) break;
    const auto text = FindMember(*pattern, is_regex ? "Regex" : "String");
    if (!text.has_value() || !text->is_string()) continue;
    TESSERA_ASSIGN_OR_RETURN(const absl::string_view view, JsonString(*text));
    return HfPattern{std::string(view), is_regex};
  }
  return HfDamaged(absl::StrCat(FindText(step, "type"),
                                " has no pattern that is a String or a Regex"));
}

absl::StatusOr<std::string> HfRequiredText(JsonValue step,
                                           absl::string_view key,
                                           absl::string_view part) {
  const std::optional<JsonValue> value = FindMember(step, key);
  if (value.has_value() && value->is_string()) {
    TESSERA_ASSIGN_OR_RETURN(const absl::string_view view, JsonString(*value));
    return std::string(view);
  }
  return HfDamaged(absl::StrCat(part, " ", Quoted(FindText(step, "type")),
                                " has no text ", key));
}

absl::StatusOr<std::string> HfRequiredCharacter(JsonValue step,
                                                absl::string_view key,
                                                absl::string_view part) {
  TESSERA_ASSIGN_OR_RETURN(std::string text, HfRequiredText(step, key, part));
  // The parser has checked that it is UTF-8.
  const auto begins = [](char byte) { return (byte & 0xC0) != 0x80; };
  if (std::count_if(text.begin(), text.end(), begins) == 1) return text;
  return HfDamaged(absl::StrCat(part, " ", Quoted(FindText(step, "type")),
                                " has more or less than one character as ",
                                key));
}

}  // namespace tessera
