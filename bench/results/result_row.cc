#include "bench/results/result_row.h"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "bench/results/record_fields.h"

namespace tessera {
namespace {

// " avx2 2 threads".
absl::StatusOr<std::string> WhereItRan(const Record& record) {
  TESSERA_ASSIGN_OR_RETURN(const std::string isa, TextIn(record, "isa"));
  TESSERA_ASSIGN_OR_RETURN(const int64_t threads,
                           IntegerIn(record, "n_threads"));
  return absl::StrCat(" ", isa, " ", threads,
                      threads == 1 ? " thread" : " threads");
}

// None, unless all are times that can be compared.
std::vector<double> Usable(std::vector<double> times) {
  for (const double time : times) {
    if (!(time > 0) || !std::isfinite(time)) return {};
  }
  return times;
}

std::vector<double> TimesOf(std::vector<double> rates) {
  for (double& rate : rates) rate = 1 / rate;
  return Usable(std::move(rates));
}

absl::StatusOr<std::string> KernelName(const Record& record) {
  TESSERA_ASSIGN_OR_RETURN(const std::string type, TextIn(record, "type"));
  TESSERA_ASSIGN_OR_RETURN(const std::string layout, TextIn(record, "layout"));
  TESSERA_ASSIGN_OR_RETURN(const std::string shape, TextIn(record, "shape"));
  TESSERA_ASSIGN_OR_RETURN(const std::string matrix, TextIn(record, "matrix"));
  TESSERA_ASSIGN_OR_RETURN(const int64_t rows, IntegerIn(record, "rows"));
  TESSERA_ASSIGN_OR_RETURN(const int64_t columns, IntegerIn(record, "columns"));
  TESSERA_ASSIGN_OR_RETURN(const int64_t tokens, IntegerIn(record, "n_tokens"));
  TESSERA_ASSIGN_OR_RETURN(const std::string where, WhereItRan(record));
  const double zeros = NumberOr(record, "zero_share", 0);
  return absl::StrCat(type, " ", layout, " ", shape, " ", matrix,
                      rows == 0 ? "" : absl::StrCat(" ", rows, "x", columns),
                      " t", tokens,
                      zeros == 0 ? "" : absl::StrCat(" zeros ", zeros), where);
}

// The name of the arena, and the layout unless the name ends with it.
absl::StatusOr<std::string> ModelName(const Record& record) {
  TESSERA_ASSIGN_OR_RETURN(const std::string path,
                           TextIn(record, "model_filename"));
  TESSERA_ASSIGN_OR_RETURN(const std::string layout, TextIn(record, "layout"));
  TESSERA_ASSIGN_OR_RETURN(const std::string test, TextIn(record, "test"));
  const std::string model = std::filesystem::path(path).stem().string();
  return absl::StrCat(
      model,
      absl::EndsWith(model, absl::StrCat("-", layout)) ? "" : " " + layout, " ",
      test);
}

absl::StatusOr<ResultRow> KernelRow(const Record& record) {
  ResultRow row;
  TESSERA_ASSIGN_OR_RETURN(row.name, KernelName(record));
  TESSERA_ASSIGN_OR_RETURN(row.value, NumberIn(record, "time_us"));
  TESSERA_ASSIGN_OR_RETURN(row.score, NumberIn(record, "percent_of_limit"));
  row.unit = "us";
  row.score_unit = "% of limit";
  row.speed = row.value > 0 ? 1 / row.value : 0;
  row.times = Usable(NumbersIn(record, "samples_us"));
  const absl::StatusOr<std::string> bound = TextIn(record, "bound");
  row.limit = NumberOr(
      record,
      bound.ok() && *bound == "compute" ? "limit_gmac_s" : "limit_read_gb_s",
      0);
  return row;
}

absl::StatusOr<ResultRow> ModelRow(const Record& record) {
  ResultRow row;
  TESSERA_ASSIGN_OR_RETURN(const std::string name, ModelName(record));
  TESSERA_ASSIGN_OR_RETURN(const std::string where, WhereItRan(record));
  TESSERA_ASSIGN_OR_RETURN(const int64_t ubatch, IntegerIn(record, "n_ubatch"));
  row.name = absl::StrCat(name, " ub", ubatch, where);
  TESSERA_ASSIGN_OR_RETURN(row.value, NumberIn(record, "avg_ts"));
  row.unit = row.score_unit = "t/s";
  row.speed = row.score = row.value;
  row.times = TimesOf(NumbersIn(record, "samples_ts"));
  const absl::StatusOr<std::string> bound = TextIn(record, "bound");
  row.limit =
      NumberOr(record,
               bound.ok() && *bound == "compute" ? "limit_integer_gmac_s"
                                                 : "limit_read_gb_s",
               0);
  return row;
}

absl::StatusOr<ResultRow> PeerRow(const Record& record) {
  ResultRow row;
  TESSERA_ASSIGN_OR_RETURN(const std::string name, ModelName(record));
  TESSERA_ASSIGN_OR_RETURN(const std::string where, WhereItRan(record));
  TESSERA_ASSIGN_OR_RETURN(const std::string peer, TextIn(record, "peer"));
  TESSERA_ASSIGN_OR_RETURN(const std::string arguments,
                           TextIn(record, "peer_args"));
  row.name = absl::StrCat(name, " beside ",
                          std::filesystem::path(peer).filename().string(),
                          arguments.empty() ? "" : " ", arguments, where);
  TESSERA_ASSIGN_OR_RETURN(row.value, NumberIn(record, "ts"));
  row.unit = row.score_unit = "t/s";
  row.speed = row.score = row.value;
  row.times = TimesOf(NumbersIn(record, "samples_ts"));
  return row;
}

// Times of a figure in those of the limit, which took turns with it.
std::vector<double> ShareTimes(const Record& record) {
  std::vector<double> times = NumbersIn(record, "samples_ns");
  const std::vector<double> limits = NumbersIn(record, "limit_samples_ns");
  if (times.size() != limits.size()) return {};
  for (size_t i = 0; i < times.size(); ++i) times[i] /= limits[i];
  return Usable(std::move(times));
}

absl::StatusOr<ResultRow> GateRowOf(const Record& record) {
  ResultRow row;
  TESSERA_ASSIGN_OR_RETURN(const std::string name, TextIn(record, "row"));
  TESSERA_ASSIGN_OR_RETURN(const std::string isa, TextIn(record, "isa"));
  row.name = absl::StrCat(name, " ", isa);
  TESSERA_ASSIGN_OR_RETURN(row.value, NumberIn(record, "value"));
  row.unit = row.score_unit = "% of limit";
  row.speed = row.score = row.value;
  row.times = ShareTimes(record);
  return row;
}

// Of a gate, figures alone are speeds; the rest are comparisons.
bool IsSpeed(const std::string& table, const Record& record) {
  if (table != "gate") return true;
  const absl::StatusOr<std::string> kind = TextIn(record, "kind");
  return !kind.ok() || *kind == "figure";
}

using RowFn = absl::StatusOr<ResultRow> (*)(const Record&);

absl::StatusOr<RowFn> RowFnFor(const std::string& table) {
  if (table == "kernel") return &KernelRow;
  if (table == "test") return &ModelRow;
  if (table == "comparison") return &PeerRow;
  if (table == "gate") return &GateRowOf;
  return absl::UnimplementedError(
      absl::StrCat("the table is ", Quoted(table),
                   "; only those of kernels, models, peers and the gate can "
                   "be followed from run to run"));
}

}  // namespace

absl::StatusOr<std::vector<ResultRow>> RowsOf(const ResultFile& results) {
  TESSERA_ASSIGN_OR_RETURN(const RowFn make_row, RowFnFor(results.table));
  std::vector<ResultRow> rows;
  absl::flat_hash_map<std::string, int> seen;
  for (size_t i = 0; i < results.records.size(); ++i) {
    if (!IsSpeed(results.table, results.records[i])) continue;
    absl::StatusOr<ResultRow> row = make_row(results.records[i]);
    if (!row.ok()) {
      return absl::Status(
          row.status().code(),
          absl::StrCat("records[", i, "] ", row.status().message()));
    }
    const int times = ++seen[row->name];
    if (times > 1) absl::StrAppend(&row->name, " #", times);
    row->record = i;
    rows.push_back(*std::move(row));
  }
  return rows;
}

}  // namespace tessera
