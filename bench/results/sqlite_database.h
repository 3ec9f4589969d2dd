// SQLite with absl::Status.
#ifndef BENCH_RESULTS_SQLITE_DATABASE_H_
#define BENCH_RESULTS_SQLITE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tessera {

// A compiled statement of a database that outlives it. Parameters are counted
// from 1 and columns from 0, as in SQLite.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3_stmt* statement, std::string path);

  void BindNull(int parameter);
  void Bind(int parameter, int64_t value);
  void Bind(int parameter, double value);
  void Bind(int parameter, absl::string_view value);  // copied

  // True if there is a row, whose columns can then be read; false at the end.
  absl::StatusOr<bool> Step();
  // The next Step begins anew, with the parameters that are bound.
  void Reset();

  int64_t Integer(int column) const;
  double Number(int column) const;
  std::string Text(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  std::string path_;
};

// A file. Messages of all errors start with its path: NotFound,
// PermissionDenied and so on as the system says, DataLoss for what is no
// database or a damaged one, Unavailable if another process has it locked for
// longer than a while. Movable, not thread-safe.
class SqliteDatabase {
 public:
  enum class Mode { kRead, kWrite, kCreate };

  // Waits at most `wait` whenever the file is locked.
  static absl::StatusOr<SqliteDatabase> Open(const std::string& path, Mode mode,
                                             absl::Duration wait);

  // Statements without results, separated by ';'.
  absl::Status Execute(const std::string& sql);

  absl::StatusOr<SqliteStatement> Prepare(absl::string_view sql);

  // The first column of the first row; Internal if there is none.
  absl::StatusOr<int64_t> QueryInteger(absl::string_view sql);

  int64_t last_insert_id() const;
  int changed_rows() const;  // by the last statement

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };

  SqliteDatabase(sqlite3* database, std::string path);

  std::unique_ptr<sqlite3, Closer> database_;
  std::string path_;
};

}  // namespace tessera

#endif  // BENCH_RESULTS_SQLITE_DATABASE_H_
