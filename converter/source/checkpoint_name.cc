#include "converter/source/checkpoint_name.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

// How names of the text model begin, and what a text model of its own has
// there.
struct Wrapping {
  absl::string_view prefix;
  absl::string_view own;
};
constexpr Wrapping kWrappings[] = {
    {"model.language_model.", "model."},
    {"language_model.", ""},
    {"model.text_model.", "model."},
};

// "model." of "model.layers.".
absl::string_view BaseOf(const Architecture& architecture) {
  const absl::string_view layers = architecture.hugging_face_layers;
  return layers.substr(0, layers.find('.') + 1);
}

}  // namespace

std::optional<TensorName> ParseCheckpointName(
    absl::string_view name, const Architecture& architecture) {
  for (const Wrapping& wrapping : kWrappings) {
    absl::string_view rest = name;
    if (!absl::ConsumePrefix(&rest, wrapping.prefix)) continue;
    return ParseHuggingFaceName(absl::StrCat(wrapping.own, rest), architecture);
  }
  const std::optional<TensorName> own =
      ParseHuggingFaceName(name, architecture);
  if (own.has_value() || absl::StartsWith(name, BaseOf(architecture))) {
    return own;
  }
  return ParseHuggingFaceName(absl::StrCat(BaseOf(architecture), name),
                              architecture);
}

bool IsInTextModel(absl::string_view name) {
  for (const Wrapping& wrapping : kWrappings) {
    if (absl::StartsWith(name, wrapping.prefix)) return true;
  }
  return false;
}

}  // namespace tessera
