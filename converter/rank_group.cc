#include "converter/rank_group.h"

#include "absl/strings/str_cat.h"

namespace tessera {

// A status travels as its code in one character, and its message.
absl::Status RankGroup::Agree(const absl::Status& status) {
  const std::string own = absl::StrCat(
      std::string(1, static_cast<char>(status.code())), status.message());
  for (const std::string& text : Exchange(own)) {
    const auto code = static_cast<absl::StatusCode>(text[0]);
    if (code != absl::StatusCode::kOk) {
      return absl::Status(code, text.substr(1));
    }
  }
  return absl::OkStatus();
}

}  // namespace tessera
