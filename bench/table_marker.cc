#include "bench/table_marker.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr absl::string_view kClose = "-->";

absl::StatusOr<TableColumn> ParseColumn(absl::string_view text) {
  TableColumn column;
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(
      absl::StripAsciiWhitespace(text), absl::MaxSplits(" as ", 1));
  const std::pair<absl::string_view, absl::string_view> field =
      absl::StrSplit(parts.first, absl::MaxSplits(':', 1));
  const std::pair<absl::string_view, absl::string_view> name = absl::StrSplit(
      absl::StripAsciiWhitespace(field.first), absl::MaxSplits('#', 1));
  column.field = std::string(name.first);
  column.heading =
      parts.second.empty() ? column.field : std::string(parts.second);
  if (!name.second.empty() &&
      (!absl::SimpleAtoi(name.second, &column.record) || column.record < 1)) {
    return absl::DataLossError(
        absl::StrCat("no number of a record: ", Quoted(name.second)));
  }
  if (field.second.empty()) return column;
  int decimals;
  if (!absl::SimpleAtoi(field.second, &decimals) || decimals < 0 ||
      decimals > kMaxTableDecimals) {
    return absl::DataLossError(
        absl::StrCat("no number of decimals: ", Quoted(field.second)));
  }
  column.decimals = decimals;
  return column;
}

// What is between "<!-- table " and "-->".
absl::StatusOr<TableMarker> ParseMarker(absl::string_view text) {
  TableMarker marker;
  // Conditions have no ": " in them.
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(": ", 1));
  const std::vector<absl::string_view> words =
      absl::StrSplit(parts.first, ' ', absl::SkipEmpty());
  if (words.empty() || absl::StripAsciiWhitespace(parts.second).empty()) {
    return absl::DataLossError("expected NAME: COLUMN | COLUMN ...");
  }
  marker.results = std::string(words[0]);
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "by" && i + 2 == words.size()) {
      marker.row_fields = absl::StrSplit(words[i + 1], ',');
      break;
    }
    if (!absl::StrContains(words[i], '=')) {
      return absl::DataLossError(
          absl::StrCat("no condition FIELD=VALUE: ", Quoted(words[i])));
    }
    const std::pair<std::string, std::string> condition =
        absl::StrSplit(words[i], absl::MaxSplits('=', 1));
    marker.conditions.push_back(condition);
  }
  for (absl::string_view column : absl::StrSplit(parts.second, '|')) {
    TESSERA_ASSIGN_OR_RETURN(marker.columns.emplace_back(),
                             ParseColumn(column));
    if (marker.columns.back().record > 1 && marker.row_fields.empty()) {
      return absl::DataLossError(
          absl::StrCat("more than one record in a row, but no \"by\": ",
                       Quoted(marker.columns.back().field)));
    }
  }
  return marker;
}

}  // namespace

absl::StatusOr<TableMarker> ParseTableMarker(absl::string_view line) {
  absl::string_view text = absl::StripAsciiWhitespace(line);
  absl::ConsumePrefix(&text, kTableMarkerBegin);
  if (!absl::ConsumeSuffix(&text, kClose)) {
    return absl::DataLossError("the marker does not end in -->");
  }
  return ParseMarker(absl::StripAsciiWhitespace(text));
}

}  // namespace tessera
