#include "bench/results/sqlite_database.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/file_kind.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

absl::StatusCode CodeOf(int error) {
  switch (error & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kUnknown;
  }
}

// What went wrong last.
absl::Status ErrorOf(sqlite3* database, const std::string& path) {
  const int error = sqlite3_errcode(database);
  const int system_error = sqlite3_system_errno(database);
  if ((error & 0xff) == SQLITE_CANTOPEN && system_error != 0) {
    return ErrnoStatus(path, "open", system_error);
  }
  const absl::StatusCode code = CodeOf(error);
  if (code == absl::StatusCode::kUnavailable) {
    return absl::Status(
        code, absl::StrCat(path, ": is locked by another process; try again"));
  }
  return absl::Status(code, absl::StrCat(path, ": ", sqlite3_errmsg(database)));
}

int FlagsFor(SqliteDatabase::Mode mode) {
  switch (mode) {
    case SqliteDatabase::Mode::kRead:
      return SQLITE_OPEN_READONLY;
    case SqliteDatabase::Mode::kWrite:
      return SQLITE_OPEN_READWRITE;
    case SqliteDatabase::Mode::kCreate:
      break;
  }
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3_stmt* statement, std::string path)
    : statement_(statement), path_(std::move(path)) {}

void SqliteStatement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqliteStatement::BindNull(int parameter) {
  sqlite3_bind_null(statement_.get(), parameter);
}

void SqliteStatement::Bind(int parameter, int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
}

void SqliteStatement::Bind(int parameter, double value) {
  sqlite3_bind_double(statement_.get(), parameter, value);
}

void SqliteStatement::Bind(int parameter, absl::string_view value) {
  sqlite3_bind_text64(statement_.get(), parameter, value.data(), value.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
}

absl::StatusOr<bool> SqliteStatement::Step() {
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return ErrorOf(sqlite3_db_handle(statement_.get()), path_);
  }
}

void SqliteStatement::Reset() { sqlite3_reset(statement_.get()); }

int64_t SqliteStatement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double SqliteStatement::Number(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string SqliteStatement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return "";
  return std::string(
      reinterpret_cast<const char*>(text),
      static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

SqliteDatabase::SqliteDatabase(sqlite3* database, std::string path)
    : database_(database), path_(std::move(path)) {}

void SqliteDatabase::Closer::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

absl::StatusOr<SqliteDatabase> SqliteDatabase::Open(const std::string& path,
                                                    Mode mode,
                                                    absl::Duration wait) {
  // SQLite would wait for whoever writes to a pipe.
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is ", FileKind(info), ", not a file"));
  }
  sqlite3* handle = nullptr;
  const int error =
      sqlite3_open_v2(path.c_str(), &handle, FlagsFor(mode), nullptr);
  if (handle == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": out of memory"));
  }
  SqliteDatabase database(handle, path);
  if (error != SQLITE_OK) return ErrorOf(handle, path);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle,
                       static_cast<int>(absl::ToInt64Milliseconds(wait)));
  return database;
}

absl::Status SqliteDatabase::Execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) ==
      SQLITE_OK) {
    return absl::OkStatus();
  }
  return ErrorOf(database_.get(), path_);
}

absl::StatusOr<SqliteStatement> SqliteDatabase::Prepare(absl::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.data(),
                         static_cast<int>(sql.size()), &statement,
                         nullptr) != SQLITE_OK) {
    return ErrorOf(database_.get(), path_);
  }
  return SqliteStatement(statement, path_);
}

absl::StatusOr<int64_t> SqliteDatabase::QueryInteger(absl::string_view sql) {
  TESSERA_ASSIGN_OR_RETURN(SqliteStatement statement, Prepare(sql));
  TESSERA_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) {
    return absl::InternalError(absl::StrCat(path_, ": no result of ", sql));
  }
  return statement.Integer(0);
}

int64_t SqliteDatabase::last_insert_id() const {
  return sqlite3_last_insert_rowid(database_.get());
}

int SqliteDatabase::changed_rows() const {
  return sqlite3_changes(database_.get());
}

}  // namespace tessera
