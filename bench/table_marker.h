// A marker in a document that says which table goes where.
#ifndef BENCH_TABLE_MARKER_H_
#define BENCH_TABLE_MARKER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

inline constexpr absl::string_view kTableMarkerBegin = "<!-- table ";
inline constexpr int kMaxTableDecimals = 9;

struct TableColumn {
  std::string field;
  size_t record = 1;  // of a row's records, from 1
  std::string heading;
  std::optional<int> decimals;
};

struct TableMarker {
  std::string results;
  std::vector<std::pair<std::string, std::string>> conditions;  // field, value
  std::vector<std::string> row_fields;  // after "by"; empty: a row per record
  std::vector<TableColumn> columns;
};

// Reads a line that begins with kTableMarkerBegin; document_tables.h has the
// language. DataLoss for what is no marker.
absl::StatusOr<TableMarker> ParseTableMarker(absl::string_view line);

}  // namespace tessera

#endif  // BENCH_TABLE_MARKER_H_
