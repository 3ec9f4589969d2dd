// Tables of a document, made from results.
#ifndef BENCH_DOCUMENT_TABLES_H_
#define BENCH_DOCUMENT_TABLES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Returns the JSON text of results by the name that a document uses.
using ReadResultsFn =
    absl::FunctionRef<absl::StatusOr<std::string>(const std::string& name)>;

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
// The markers stay, so that a document can be filled again. DataLoss, with the
// line number, for a marker that is none, has no end, or names no such field;
// errors of `read_results` are passed on.
absl::StatusOr<std::string> FillTables(absl::string_view document,
                                       ReadResultsFn read_results);

}  // namespace tessera

#endif  // BENCH_DOCUMENT_TABLES_H_
