#include "runtime/tokenizer/merge_table.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {

absl::StatusOr<std::unique_ptr<MergeTable>> MergeTable::Create(
    const TokenizerData& data, const Vocabulary& vocabulary) {
  if (data.merge_left_size() != data.merge_right_size()) {
    return absl::DataLossError(absl::StrCat(
        "tokenizer: ", data.merge_left_size(), " left sides of merges, but ",
        data.merge_right_size(), " right sides"));
  }
  std::unique_ptr<MergeTable> table(new MergeTable);
  TESSERA_RETURN_IF_ERROR(table->Build(data, vocabulary));
  return table;
}

absl::Status MergeTable::Build(const TokenizerData& data,
                               const Vocabulary& vocabulary) {
  const int count = data.merge_left_size();
  merges_.reserve(count);
  std::string text;
  for (int i = 0; i < count; ++i) {
    const uint32_t size = static_cast<uint32_t>(vocabulary.size());
    if (data.merge_left(i) >= size || data.merge_right(i) >= size) {
      return absl::DataLossError(absl::StrCat(
          "tokenizer: merge ", i, " joins tokens ", data.merge_left(i), " and ",
          data.merge_right(i), ", but there are ", size));
    }
    const int32_t left = static_cast<int32_t>(data.merge_left(i));
    const int32_t right = static_cast<int32_t>(data.merge_right(i));
    const absl::string_view left_text = vocabulary.Text(left);
    const absl::string_view right_text = vocabulary.Text(right);
    text.assign(left_text.data(), left_text.size());
    text.append(right_text.data(), right_text.size());
    const std::optional<int32_t> result = vocabulary.Find(text);
    if (!result.has_value() && !vocabulary.FindSpelling(text).has_value()) {
      return absl::DataLossError(absl::StrCat("tokenizer: merge ", i, " gives ",
                                              Quoted(text),
                                              ", which is no token"));
    }
    // Of equal merges the first counts.
    if (result.has_value()) {
      merges_.try_emplace(KeyOf(left, right),
                          Merge{static_cast<uint32_t>(i), *result});
    }
  }
  return absl::OkStatus();
}

}  // namespace tessera
