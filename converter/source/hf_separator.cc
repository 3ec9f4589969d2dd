#include "converter/source/hf_separator.h"

#include <vector>

#include "absl/strings/string_view.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

std::vector<JsonValue> ElementsOf(JsonValue object, absl::string_view key) {
  const std::optional<JsonValue> list = FindMember(object, key);
  if (!list.has_value()) return {};
  const auto elements = JsonElements(*list);
  return elements.ok() ? *elements : std::vector<JsonValue>();
}

// The id of a template's piece {"SpecialToken": {"id": ...}}, or {"Sequence":
// {"id": ...}}; "" if it is none.
absl::string_view PieceId(JsonValue piece, absl::string_view kind) {
  const std::optional<JsonValue> value = FindMember(piece, kind);
  return value.has_value() ? FindText(*value, "id") : absl::string_view();
}

// The step of the post-processor that is a template, if there is one.
std::optional<JsonValue> FindTemplate(JsonValue tokenizer) {
  const auto root = FindMember(tokenizer, "post_processor");
  if (!root.has_value()) return std::nullopt;
  std::vector<JsonValue> steps = ElementsOf(*root, "processors");
  if (steps.empty()) steps = {*root};
  for (const JsonValue step : steps) {
    if (FindText(step, "type") == "TemplateProcessing") return step;
  }
  return std::nullopt;
}

// What stands between the sequences A and B.
std::vector<JsonValue> BetweenTexts(const std::vector<JsonValue>& pair) {
  std::vector<JsonValue> between;
  bool after_a = false;
  for (const JsonValue piece : pair) {
    const absl::string_view sequence = PieceId(piece, "Sequence");
    if (sequence == "B") return after_a ? between : std::vector<JsonValue>();
    if (after_a) between.push_back(piece);
    if (sequence == "A") after_a = true;
  }
  return {};
}

}  // namespace

std::optional<bool> HfAddsSeparator(
    JsonValue tokenizer, const std::optional<JsonValue>& tokenizer_config) {
  const std::optional<JsonValue> processor = FindTemplate(tokenizer);
  if (!processor.has_value()) return std::nullopt;
  const std::vector<JsonValue> between =
      BetweenTexts(ElementsOf(*processor, "pair"));
  if (between.empty()) return std::nullopt;
  absl::string_view sep;
  absl::string_view eos;
  if (tokenizer_config.has_value()) {
    sep = FindText(*tokenizer_config, "sep_token");
    eos = FindText(*tokenizer_config, "eos_token");
  }
  const std::vector<JsonValue> single = ElementsOf(*processor, "single");
  const absl::string_view last = single.size() < 2
                                     ? absl::string_view()
                                     : PieceId(single.back(), "SpecialToken");
  if (!last.empty()) eos = last;
  const auto separates = [&](JsonValue piece) {
    const absl::string_view token = PieceId(piece, "SpecialToken");
    return !token.empty() && (token == sep || token == eos);
  };
  // Where each text has an end, only what follows the first end separates.
  return (last.empty() && separates(between.front())) ||
         (between.size() == 2 && separates(between.back()));
}

}  // namespace tessera
