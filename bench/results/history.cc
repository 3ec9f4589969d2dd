#include "bench/results/history.h"

#include <cstdint>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "base/status_macros.h"
#include "bench/gate/row_filter.h"
#include "bench/render_report.h"
#include "bench/results/record_fields.h"
#include "bench/results/result_row.h"

namespace tessera {
namespace {

// In the header of the file, where file(1) finds them: "TSRB".
constexpr int64_t kApplicationId = 0x54535242;
constexpr int64_t kVersion = 1;

constexpr char kTables[] = R"(
CREATE TABLE machine (
  fingerprint TEXT PRIMARY KEY,
  cpu TEXT NOT NULL,
  family INTEGER NOT NULL,
  model INTEGER NOT NULL,
  stepping INTEGER NOT NULL,
  isas TEXT NOT NULL,
  cpus INTEGER NOT NULL,
  last_level_cache_bytes INTEGER NOT NULL
);
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  time TEXT NOT NULL,
  fingerprint TEXT NOT NULL REFERENCES machine,
  result_table TEXT NOT NULL,
  version TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  dirty INTEGER NOT NULL,
  compiler TEXT NOT NULL,
  kernel_abi INTEGER NOT NULL,
  isa TEXT NOT NULL,
  threads INTEGER NOT NULL,
  huge_pages TEXT NOT NULL,
  flags TEXT NOT NULL,
  memory_bytes INTEGER NOT NULL,
  os TEXT NOT NULL,
  transparent_huge_pages TEXT NOT NULL,
  notes TEXT NOT NULL
);
CREATE TABLE record (
  run INTEGER NOT NULL REFERENCES run,
  position INTEGER NOT NULL,
  row TEXT,
  score REAL,
  score_unit TEXT,
  value REAL,
  unit TEXT,
  percent_of_limit REAL,
  bandwidth_gb_s REAL,
  gmac_s REAL,
  limit_read_gb_s REAL,
  json TEXT NOT NULL,
  PRIMARY KEY (run, position)
);
CREATE INDEX record_by_row ON record (row);
)";

constexpr char kInsertMachine[] =
    "INSERT OR IGNORE INTO machine VALUES (?,?,?,?,?,?,?,?)";
constexpr char kInsertRun[] =
    "INSERT OR IGNORE INTO run VALUES "
    "(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr char kInsertRecord[] =
    "INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr char kSelectTrends[] =
    "SELECT row, fingerprint, score_unit, time, commit_id, score "
    "FROM record JOIN run ON run.id = record.run "
    "WHERE row IS NOT NULL "
    "ORDER BY row, fingerprint, score_unit, time, run.id, position";

// Of the text that the run has as a file.
std::string DigestOf(const ResultFile& run) {
  const std::string text = RenderResultFile(run);
  return absl::BytesToHexString(Xxh128(absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(text.data()), text.size())));
}

std::string FlagsAsJson(const RunOptions& options) {
  Record flags;
  for (const auto& [name, value] : options.flags) {
    flags.push_back({name, value});
  }
  return ObjectAsJson(flags, "");
}

// Binds values in the order of columns.
class Binder {
 public:
  explicit Binder(SqliteStatement* statement) : statement_(*statement) {}

  template <typename T>
  Binder& operator<<(const T& value) {
    statement_.Bind(++parameter_, value);
    return *this;
  }

  // NULL if the record has no such number.
  Binder& Number(const Record& record, absl::string_view name) {
    const absl::StatusOr<double> number = NumberIn(record, name);
    if (number.ok()) return *this << *number;
    return Null();
  }

  Binder& Null() {
    statement_.BindNull(++parameter_);
    return *this;
  }

 private:
  SqliteStatement& statement_;
  int parameter_ = 0;
};

absl::Status CheckKind(SqliteDatabase& database, const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const int64_t id,
                           database.QueryInteger("PRAGMA application_id"));
  if (id != kApplicationId) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is no history of bench"));
  }
  TESSERA_ASSIGN_OR_RETURN(const int64_t version,
                           database.QueryInteger("PRAGMA user_version"));
  if (version == kVersion) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat(path, ": is a history of version ", version,
                   "; this bench knows ", kVersion));
}

}  // namespace

History::History(SqliteDatabase database) : database_(std::move(database)) {}

absl::StatusOr<History> History::OpenOrCreate(const std::string& path,
                                              absl::Duration wait) {
  TESSERA_ASSIGN_OR_RETURN(
      SqliteDatabase database,
      SqliteDatabase::Open(path, SqliteDatabase::Mode::kCreate, wait));
  History history(std::move(database));
  TESSERA_RETURN_IF_ERROR(history.Prepare(path));
  return history;
}

absl::StatusOr<History> History::OpenToRead(const std::string& path,
                                            absl::Duration wait) {
  TESSERA_ASSIGN_OR_RETURN(
      SqliteDatabase database,
      SqliteDatabase::Open(path, SqliteDatabase::Mode::kRead, wait));
  TESSERA_RETURN_IF_ERROR(CheckKind(database, path));
  return History(std::move(database));
}

absl::Status History::Prepare(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(
      int64_t tables,
      database_.QueryInteger("SELECT count(*) FROM sqlite_master"));
  if (tables == 0) {
    // Another process may make them at the same time: look again.
    TESSERA_RETURN_IF_ERROR(database_.Execute("BEGIN IMMEDIATE"));
    absl::Cleanup rollback = [&] { (void)database_.Execute("ROLLBACK"); };
    TESSERA_ASSIGN_OR_RETURN(
        tables, database_.QueryInteger("SELECT count(*) FROM sqlite_master"));
    if (tables == 0) {
      TESSERA_RETURN_IF_ERROR(database_.Execute(
          absl::StrCat("PRAGMA application_id = ", kApplicationId,
                       "; PRAGMA user_version = ", kVersion, ";", kTables)));
    }
    TESSERA_RETURN_IF_ERROR(database_.Execute("COMMIT"));
    std::move(rollback).Cancel();
  }
  return CheckKind(database_, path);
}

absl::StatusOr<bool> History::Append(const ResultFile& run) {
  TESSERA_RETURN_IF_ERROR(database_.Execute("BEGIN IMMEDIATE"));
  absl::Cleanup rollback = [&] { (void)database_.Execute("ROLLBACK"); };
  TESSERA_ASSIGN_OR_RETURN(const bool is_new, AppendWithin(run));
  TESSERA_RETURN_IF_ERROR(database_.Execute("COMMIT"));
  std::move(rollback).Cancel();
  return is_new;
}

absl::StatusOr<bool> History::AppendWithin(const ResultFile& run) {
  const MachineId& machine = run.machine;
  TESSERA_ASSIGN_OR_RETURN(SqliteStatement insert_machine,
                           database_.Prepare(kInsertMachine));
  Binder(&insert_machine) << machine.fingerprint << machine.cpu
                          << machine.family << machine.model << machine.stepping
                          << absl::StrJoin(machine.isas, ",") << machine.cpus
                          << machine.last_level_cache_bytes;
  TESSERA_RETURN_IF_ERROR(insert_machine.Step().status());
  TESSERA_ASSIGN_OR_RETURN(SqliteStatement insert_run,
                           database_.Prepare(kInsertRun));
  Binder(&insert_run) << DigestOf(run) << run.time << machine.fingerprint
                      << run.table << run.build.version << run.build.commit
                      << int64_t{run.build.dirty} << run.build.compiler
                      << run.build.kernel_abi << run.options.isa
                      << run.options.threads << run.options.huge_pages
                      << FlagsAsJson(run.options) << machine.memory_bytes
                      << machine.os << machine.transparent_huge_pages
                      << TextsAsJson(run.notes, "");
  TESSERA_RETURN_IF_ERROR(insert_run.Step().status());
  if (database_.changed_rows() == 0) return false;
  TESSERA_RETURN_IF_ERROR(AppendRecords(run, database_.last_insert_id()));
  return true;
}

absl::Status History::AppendRecords(const ResultFile& run, int64_t id) {
  absl::StatusOr<std::vector<ResultRow>> rows = RowsOf(run);
  if (!rows.ok() && !absl::IsUnimplemented(rows.status())) {
    return rows.status();
  }
  TESSERA_ASSIGN_OR_RETURN(SqliteStatement insert,
                           database_.Prepare(kInsertRecord));
  size_t next = 0;  // row; they are in the order of the records
  for (size_t i = 0; i < run.records.size(); ++i) {
    const Record& record = run.records[i];
    Binder binder(&insert);
    binder << id << static_cast<int64_t>(i);
    if (rows.ok() && next < rows->size() && (*rows)[next].record == i) {
      const ResultRow& row = (*rows)[next++];
      binder << row.name << row.score << row.score_unit << row.value
             << row.unit;
    } else {
      binder.Null().Null().Null().Null().Null();
    }
    binder.Number(record, "percent_of_limit")
            .Number(record, "bandwidth_gb_s")
            .Number(record, "gmac_s")
            .Number(record, "limit_read_gb_s")
        << ObjectAsJson(record, "");
    TESSERA_RETURN_IF_ERROR(insert.Step().status());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TrendSeries>> History::Trends(
    absl::string_view filter) {
  TESSERA_ASSIGN_OR_RETURN(SqliteStatement select,
                           database_.Prepare(kSelectTrends));
  std::vector<TrendSeries> trends;
  while (true) {
    TESSERA_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return trends;
    if (!MatchesFilter(select.Text(0), filter)) continue;
    TrendSeries series = {select.Text(0), select.Text(1), select.Text(2), {}};
    if (trends.empty() || trends.back().row != series.row ||
        trends.back().machine != series.machine ||
        trends.back().unit != series.unit) {
      trends.push_back(std::move(series));
    }
    trends.back().points.push_back(
        {select.Text(3), select.Text(4), select.Number(5)});
  }
}

}  // namespace tessera
