// Results of many runs in one SQLite file. docs/bench_results.md describes its
// tables.
#ifndef BENCH_RESULTS_HISTORY_H_
#define BENCH_RESULTS_HISTORY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bench/results/result_file.h"
#include "bench/results/sqlite_database.h"

namespace tessera {

// What one row has reached on one class of machines, run by run.
struct TrendSeries {
  struct Point {
    std::string time;
    std::string commit;
    double value = 0;
  };

  std::string row;            // ResultRow::name
  std::string machine;        // the fingerprint
  std::string unit;           // ResultRow::score_unit; more is better
  std::vector<Point> points;  // by time; at least one
};

// Several processes may have it open; writers wait for each other. Errors are
// those of SqliteDatabase, and: Unimplemented for the file of a newer version,
// FailedPrecondition for a database that is something else. Not thread-safe.
class History {
 public:
  static constexpr absl::Duration kWait = absl::Seconds(10);

  // For Append; makes the file if it is missing. It has its tables or, if this
  // process is killed, is empty and is taken for a new one the next time.
  static absl::StatusOr<History> OpenOrCreate(const std::string& path,
                                              absl::Duration wait = kWait);

  // For Trends. NotFound if the file is missing.
  static absl::StatusOr<History> OpenToRead(const std::string& path,
                                            absl::Duration wait = kWait);

  // Adds the run, all of it or nothing. False if the same run is there already.
  // Records that RowsOf does not know are kept, but have no trend.
  absl::StatusOr<bool> Append(const ResultFile& run);

  // By row and machine. Rows that MatchesFilter leaves.
  absl::StatusOr<std::vector<TrendSeries>> Trends(absl::string_view filter);

 private:
  explicit History(SqliteDatabase database);

  // Makes the tables if there are none.
  absl::Status Prepare(const std::string& path);
  absl::StatusOr<bool> AppendWithin(const ResultFile& run);
  absl::Status AppendRecords(const ResultFile& run, int64_t id);

  SqliteDatabase database_;
};

}  // namespace tessera

#endif  // BENCH_RESULTS_HISTORY_H_
