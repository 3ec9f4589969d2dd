// Results of a benchmark, before they are text.
#ifndef BENCH_BENCH_REPORT_H_
#define BENCH_BENCH_REPORT_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tessera {

// A named value. Lists are left out of CSV and SQL.
struct Field {
  using Value =
      std::variant<std::string, int64_t, double, bool, std::vector<int64_t>,
                   std::vector<double>, std::vector<std::string>>;
  std::string name;
  Value value;

  bool is_list() const { return value.index() >= 4; }
};

// One measurement. All records of a report have the same fields in the same
// order.
using Record = std::vector<Field>;

struct BenchReport {
  std::string table;  // the name for SQL
  std::vector<Record> records;
  // The largest relative change of a limit while something was measured.
  double limit_drift = 0;

  // For people: a table, and lines before and after it. Only Markdown has them.
  struct Column {
    std::string heading;
    bool right = true;  // aligned
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // one cell per column
  std::vector<std::string> before;
  std::vector<std::string> after;
};

}  // namespace tessera

#endif  // BENCH_BENCH_REPORT_H_
