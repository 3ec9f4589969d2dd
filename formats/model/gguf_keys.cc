#include "formats/model/gguf_keys.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/gguf/gguf_value_text.h"
#include "formats/model/config_field.h"

namespace tessera {

absl::StatusOr<uint64_t> GgufKeys::GetCount(absl::string_view name,
                                            bool zero_is_none) const {
  const std::string key = Key(name);
  TESSERA_ASSIGN_OR_RETURN(const uint64_t count, metadata_.GetUint(key));
  if ((count == 0 && !zero_is_none) || count > kMaxConfigCount) {
    return absl::DataLossError(absl::StrCat(key, ": ", count, " is no size"));
  }
  return count;
}

absl::StatusOr<double> GgufKeys::GetNumber(absl::string_view name,
                                           bool zero_is_none) const {
  const std::string key = Key(name);
  TESSERA_ASSIGN_OR_RETURN(const double value, metadata_.GetFloat(key));
  if (value == 0 && zero_is_none) return value;
  if (!std::isfinite(value) || value <= 0) {
    return absl::DataLossError(
        absl::StrCat(key, ": ", value, " is not a positive number"));
  }
  return value;
}

void GgufKeys::DoNotUnderstandValue(absl::string_view name) {
  const GgufValue* value = Find(name);
  DoNotUnderstand(absl::CHexEscape(Key(name)), ": ",
                  value == nullptr ? "" : ShownGgufValue(*value),
                  " is not understood");
}

std::string ShownGgufValue(const GgufValue& value) {
  const std::string text = GgufValueText(value);
  return value.type() == GgufType::kString ? Quoted(text)
                                           : absl::CHexEscape(text);
}

}  // namespace tessera
