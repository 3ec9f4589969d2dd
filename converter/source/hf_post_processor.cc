#include "converter/source/hf_post_processor.h"

#include <limits>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/hf_steps.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

constexpr absl::string_view kPart = "post_processor";

absl::StatusOr<uint32_t> ReadId(JsonValue value) {
  const absl::StatusOr<uint64_t> id = JsonUint(value);
  if (id.ok() && *id < std::numeric_limits<uint32_t>::max()) {
    return static_cast<uint32_t>(*id);
  }
  return HfDamaged(
      absl::StrCat(kPart, " has an id that ",
                   id.ok() ? "is too large" : id.status().message()));
}

// The ids of the special token `name` of a template.
absl::Status AppendSpecial(JsonValue processor, absl::string_view name,
                           std::vector<uint32_t>* ids) {
  const auto tokens = FindMember(processor, "special_tokens");
  const auto token = tokens.has_value() ? FindMember(*tokens, name)
                                        : std::optional<JsonValue>();
  const auto list = token.has_value() ? FindMember(*token, "ids")
                                      : std::optional<JsonValue>();
  if (!list.has_value()) {
    return HfDamaged(absl::StrCat(kPart, " has no ids for ", Quoted(name)));
  }
  const auto elements = JsonElements(*list);
  if (!elements.ok()) {
    return HfDamaged(absl::StrCat(kPart, "'s ids for ", Quoted(name), " ",
                                  elements.status().message()));
  }
  for (const JsonValue element : *elements) {
    TESSERA_ASSIGN_OR_RETURN(const uint32_t id, ReadId(element));
    ids->push_back(id);
  }
  return absl::OkStatus();
}

absl::StatusOr<HfTemplate> ReadTemplate(JsonValue processor) {
  HfTemplate around;
  const auto single = FindMember(processor, "single");
  const auto pieces = single.has_value()
                          ? JsonElements(*single)
                          : absl::StatusOr<std::vector<JsonValue>>(
                                absl::DataLossError("is missing"));
  if (!pieces.ok()) {
    return HfDamaged(
        absl::StrCat(kPart, "'s single ", pieces.status().message()));
  }
  int texts = 0;
  for (const JsonValue piece : *pieces) {
    if (const auto text = FindMember(piece, "Sequence"); text.has_value()) {
      ++texts;
      continue;
    }
    const auto special = FindMember(piece, "SpecialToken");
    if (!special.has_value()) {
      return HfDamaged(absl::StrCat(
          kPart, " has a piece that is neither Sequence nor SpecialToken"));
    }
    TESSERA_RETURN_IF_ERROR(
        AppendSpecial(processor, FindText(*special, "id"),
                      texts == 0 ? &around.before : &around.after));
  }
  if (texts == 1) return around;
  return HfUnsupported(
      absl::StrCat(kPart, " whose template has the text ", texts, " times"));
}

// {"cls": ["[CLS]", 101], "sep": ["[SEP]", 102]}
absl::StatusOr<uint32_t> ReadPairId(JsonValue processor,
                                    absl::string_view key) {
  const auto pair = FindMember(processor, key);
  if (pair.has_value() && pair->is_array()) {
    TESSERA_ASSIGN_OR_RETURN(const auto elements, JsonElements(*pair));
    if (elements.size() == 2) return ReadId(elements[1]);
  }
  return HfDamaged(absl::StrCat(kPart, " ", Quoted(FindText(processor, "type")),
                                " has no text and id ", key));
}

absl::StatusOr<HfTemplate> ReadStep(JsonValue step) {
  const absl::string_view type = FindText(step, "type");
  if (type == "ByteLevel") return HfTemplate();
  if (type == "TemplateProcessing") return ReadTemplate(step);
  if (type != "RobertaProcessing" && type != "BertProcessing") {
    return HfUnsupported(absl::StrCat(kPart, " ", Quoted(type)));
  }
  TESSERA_ASSIGN_OR_RETURN(const uint32_t before, ReadPairId(step, "cls"));
  TESSERA_ASSIGN_OR_RETURN(const uint32_t after, ReadPairId(step, "sep"));
  return HfTemplate{{before}, {after}};
}

}  // namespace

absl::StatusOr<HfTemplate> ReadHfPostProcessor(JsonValue tokenizer) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> steps,
                           HfSteps(tokenizer, kPart));
  HfTemplate around;
  for (const JsonValue step : steps) {
    TESSERA_ASSIGN_OR_RETURN(const HfTemplate outer, ReadStep(step));
    around.before.insert(around.before.begin(), outer.before.begin(),
                         outer.before.end());
    around.after.insert(around.after.end(), outer.after.begin(),
                        outer.after.end());
  }
  return around;
}

}  // namespace tessera
