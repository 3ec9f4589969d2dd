#include "converter/source/hf_pretokenizer.h"

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

struct KnownExpression {
  absl::string_view name;
  absl::string_view expression;
};

constexpr KnownExpression kExpressions[] = {
    {"gpt-2", R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+)"
              R"(|\s+(?!\S)|\s+)"},
    {"llama-bpe",
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
     R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {"qwen2", R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
              R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
};

absl::Status Unsupported(absl::string_view what) {
  return absl::UnimplementedError(
      absl::StrCat("tokenizer.json: ", what, " is not supported"));
}

absl::Status CheckNormalizer(JsonValue tokenizer) {
  const std::optional<JsonValue> normalizer =
      FindMember(tokenizer, "normalizer");
  if (!normalizer.has_value()) return absl::OkStatus();
  const absl::string_view type = FindText(*normalizer, "type");
  if (type == "NFC") return absl::OkStatus();
  return Unsupported(absl::StrCat("normalizer ", Quoted(type)));
}

absl::Status CheckByteLevel(JsonValue step) {
  if (FindBool(step, "add_prefix_space") == false) return absl::OkStatus();
  return Unsupported("ByteLevel with add_prefix_space");
}

bool UsesRegex(JsonValue byte_level) {
  return FindBool(byte_level, "use_regex").value_or(true);
}

// The steps of a Sequence, or the one that stands alone.
absl::StatusOr<std::vector<JsonValue>> Steps(JsonValue pretokenizer) {
  if (FindText(pretokenizer, "type") != "Sequence") {
    return std::vector<JsonValue>{pretokenizer};
  }
  const auto steps = FindMember(pretokenizer, "pretokenizers");
  if (!steps.has_value()) {
    return absl::DataLossError(
        "tokenizer.json: pre_tokenizer is a Sequence without pretokenizers");
  }
  absl::StatusOr<std::vector<JsonValue>> elements = JsonElements(*steps);
  if (elements.ok()) return elements;
  return absl::DataLossError(absl::StrCat("tokenizer.json: pretokenizers ",
                                          elements.status().message()));
}

absl::StatusOr<std::string> SplitName(JsonValue split) {
  const std::optional<JsonValue> pattern = FindMember(split, "pattern");
  const absl::string_view expression =
      pattern.has_value() ? FindText(*pattern, "Regex") : "";
  if (FindText(split, "behavior") != "Isolated" ||
      FindBool(split, "invert").value_or(false)) {
    return Unsupported(absl::StrCat("Split with behavior ",
                                    Quoted(FindText(split, "behavior")),
                                    " or invert"));
  }
  for (const KnownExpression& known : kExpressions) {
    if (known.expression == expression) {
      return std::string(known.name.data(), known.name.size());
    }
  }
  return Unsupported(
      absl::StrCat("pre_tokenizer with the expression ", Quoted(expression)));
}

}  // namespace

absl::StatusOr<std::string> HfPretokenizerName(JsonValue tokenizer) {
  TESSERA_RETURN_IF_ERROR(CheckNormalizer(tokenizer));
  const std::optional<JsonValue> pretokenizer =
      FindMember(tokenizer, "pre_tokenizer");
  if (!pretokenizer.has_value()) return Unsupported("no pre_tokenizer");
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> steps,
                           Steps(*pretokenizer));
  if (steps.empty() || steps.size() > 2) {
    return Unsupported(
        absl::StrCat("pre_tokenizer of ", steps.size(), " steps"));
  }
  const absl::string_view last = FindText(steps.back(), "type");
  if (last != "ByteLevel") {
    return Unsupported(absl::StrCat("pre_tokenizer ", Quoted(last)));
  }
  TESSERA_RETURN_IF_ERROR(CheckByteLevel(steps.back()));
  if (steps.size() == 1) {
    if (UsesRegex(steps.back())) return std::string("gpt-2");
    return Unsupported("ByteLevel alone without use_regex");
  }
  const absl::string_view first = FindText(steps.front(), "type");
  if (first != "Split" || UsesRegex(steps.back())) {
    return Unsupported(
        absl::StrCat("pre_tokenizer ", Quoted(first), " before ByteLevel"));
  }
  return SplitName(steps.front());
}

}  // namespace tessera
