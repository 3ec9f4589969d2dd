// Tables of a document, made from results.
#ifndef BENCH_DOCUMENT_TABLES_H_
#define BENCH_DOCUMENT_TABLES_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Returns the JSON text of results by the name that a document uses.
using ReadResultsFn =
    absl::FunctionRef<absl::StatusOr<std::string>(const std::string& name)>;

// A document after its tables were filled.
struct FilledDocument {
  std::string text;
  // "line N: ..." for each table whose results are not there. It stays as it
  // was.
  std::vector<std::string> kept;
};

// `document`, Markdown, with everything between the lines
//
//   <!-- table NAME: COLUMN | COLUMN ... -->
//   <!-- end -->
//
// replaced by a table: a row for each record of the results called NAME (what
// bench prints with --output=json). A COLUMN is FIELD or FIELD:DECIMALS, and
// " as HEADING" may follow. A NAME may be followed by conditions, and
// only records that meet all of them are shown:
//
//   <!-- table kernels.json type=Q4_0 n_tokens=1: matrix | gmac_s:1 as G/s -->
//
// Then "by FIELD,FIELD" may follow. Records that have the same values in these
// fields share a row, and FIELD#N is that of the Nth of them, from 1, or an
// empty cell if there are fewer:
//
//   <!-- table peers.json by test: test | ts | peer_ts#1:1 | peer_ts#2:1 -->
//
// The markers stay, so that a document can be filled again. DataLoss, with the
// line number, for a marker that is none, has no end, names no such field, or
// leaves out a record of a row. A table for which `read_results` returns
// NotFound is kept; its other errors are passed on.
absl::StatusOr<FilledDocument> FillTables(absl::string_view document,
                                          ReadResultsFn read_results);

// DataLoss, with the line number, unless FillTables can read all markers of
// `document`, and each has a table with its headings below it.
absl::Status CheckTables(absl::string_view document);

}  // namespace tessera

#endif  // BENCH_DOCUMENT_TABLES_H_
