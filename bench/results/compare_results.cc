#include "bench/results/compare_results.h"

#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "bench/gate/rank_test.h"
#include "bench/results/result_row.h"
#include "bench/results/run_differences.h"

namespace tessera {
namespace {

using Verdict = RowChange::Verdict;

constexpr double kConfidence = 0.99;
constexpr double kLeastNoise = 1.02;

Verdict VerdictOf(const RowChange& change) {
  if (!change.has_interval) return Verdict::kUnknown;
  const double noise =
      std::max({change.limit_ratio, 1 / change.limit_ratio, kLeastNoise});
  if (change.lower > noise) return Verdict::kFaster;
  if (change.upper < 1 / noise) return Verdict::kSlower;
  return Verdict::kSame;
}

RowChange ChangeOf(const ResultRow& older, const ResultRow& newer) {
  RowChange change;
  change.name = newer.name;
  change.unit = newer.unit;
  change.old_value = older.value;
  change.new_value = newer.value;
  if (older.speed > 0) change.ratio = newer.speed / older.speed;
  if (older.limit > 0 && newer.limit > 0) {
    change.limit_ratio = newer.limit / older.limit;
  }
  change.samples =
      static_cast<int>(std::min(older.times.size(), newer.times.size()));
  if (change.samples > 0) {
    const RatioEstimate times =
        UnpairedRatio(older.times, newer.times, kConfidence);
    change.has_interval = times.lower > 0 && std::isfinite(times.upper);
    if (change.has_interval) {
      change.ratio = 1 / times.ratio;
      change.lower = 1 / times.upper;
      change.upper = 1 / times.lower;
    }
  }
  change.verdict = VerdictOf(change);
  return change;
}

absl::Status CheckComparable(const ResultFile& older, const ResultFile& newer,
                             bool any_machine) {
  if (older.table != newer.table) {
    return absl::InvalidArgumentError(
        absl::StrCat("a table of ", Quoted(older.table), " and one of ",
                     Quoted(newer.table), " have no rows in common"));
  }
  if (any_machine || older.machine.fingerprint == newer.machine.fingerprint) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the runs are from different machines: ", older.machine.cpu, " with ",
      older.machine.cpus, " CPUs (", older.machine.fingerprint, ") and ",
      newer.machine.cpu, " with ", newer.machine.cpus, " CPUs (",
      newer.machine.fingerprint, "); --any_machine compares them"));
}

}  // namespace

absl::string_view VerdictName(RowChange::Verdict verdict) {
  switch (verdict) {
    case Verdict::kSame:
      return "same";
    case Verdict::kFaster:
      return "faster";
    case Verdict::kSlower:
      return "slower";
    case Verdict::kUnknown:
      break;
  }
  return "unknown";
}

absl::StatusOr<ResultComparison> CompareResults(const ResultFile& older,
                                                const ResultFile& newer,
                                                bool any_machine) {
  TESSERA_RETURN_IF_ERROR(CheckComparable(older, newer, any_machine));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<ResultRow> old_rows,
                           RowsOf(older));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<ResultRow> new_rows,
                           RowsOf(newer));
  ResultComparison comparison;
  comparison.differences = RunDifferences(older, newer);
  absl::flat_hash_map<absl::string_view, const ResultRow*> unmatched;
  for (const ResultRow& row : old_rows) unmatched[row.name] = &row;
  for (const ResultRow& row : new_rows) {
    const auto found = unmatched.find(row.name);
    if (found == unmatched.end()) {
      comparison.only_new.push_back(row.name);
      continue;
    }
    comparison.changes.push_back(ChangeOf(*found->second, row));
    unmatched.erase(found);
  }
  for (const ResultRow& row : old_rows) {
    if (unmatched.contains(row.name)) comparison.only_old.push_back(row.name);
  }
  return comparison;
}

}  // namespace tessera
