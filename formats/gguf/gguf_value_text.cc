#include "formats/gguf/gguf_value_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/number_text.h"

namespace tessera {
namespace {

constexpr uint64_t kShownElements = 6;

// An element of an array, or a number.
std::string ScalarText(const GgufValue& value) {
  switch (value.type()) {
    case GgufType::kString:
      return absl::StrCat("'", value.GetString().value_or(""), "'");
    case GgufType::kBool:
      return value.GetBool().value_or(false) ? "true" : "false";
    case GgufType::kFloat32:
      return NumberText(static_cast<float>(value.GetFloat().value_or(0)));
    case GgufType::kFloat64:
      return NumberText(value.GetFloat().value_or(0));
    case GgufType::kUint64:
      return absl::StrCat(value.GetUint().value_or(0));
    default:
      return absl::StrCat(value.GetInt().value_or(0));
  }
}

}  // namespace

std::string GgufValueText(const GgufValue& value) {
  if (value.type() == GgufType::kString) {
    return std::string(value.GetString().value_or(""));
  }
  if (!value.is_array()) return ScalarText(value);
  std::vector<std::string> shown;
  for (const GgufValue& element : value.Elements(kShownElements)) {
    shown.push_back(element.is_array() ? "[...]" : ScalarText(element));
  }
  const uint64_t count = value.element_count();
  const bool all = count <= kShownElements;
  return absl::StrCat("[", absl::StrJoin(shown, ", "), all ? "]" : ", ...]",
                      all ? "" : absl::StrCat(" ", count, " elements"));
}

}  // namespace tessera
