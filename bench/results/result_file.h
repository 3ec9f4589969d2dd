// What one run of bench has measured, on which machine and how: the file that
// --output=json prints. docs/bench_results.md describes it.
#ifndef BENCH_RESULTS_RESULT_FILE_H_
#define BENCH_RESULTS_RESULT_FILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/machine_id.h"
#include "bench/bench_report.h"

namespace tessera {

inline constexpr char kResultSchema[] = "tessera-bench";
inline constexpr int64_t kResultSchemaVersion = 1;

struct BuildId {
  std::string version;   // of Tessera
  std::string commit;    // 40 hexadecimal digits, or "unknown"
  bool dirty = false;    // not quite that commit
  std::string compiler;  // "GCC 12.2.0"
  int64_t kernel_abi = 0;
};

struct RunOptions {
  std::string isa;  // several are separated by commas
  int64_t threads = 0;
  std::string huge_pages;  // what was asked for: "auto" and so on
  // Names and values of flags that were not left at their defaults.
  std::vector<std::pair<std::string, std::string>> flags;
};

struct ResultFile {
  std::string time;  // when the run began, "2026-11-29T12:00:00Z"
  BuildId build;
  MachineId machine;
  RunOptions options;
  std::string table;  // "kernel", "test" and so on: what the records are
  std::vector<std::string> notes;  // lines before and after the table
  std::string verdict;  // of a gate: "pass", "regression", "noisy"; else ""
  std::vector<Record> records;
};

// As JSON over several lines, with a line end.
std::string RenderResultFile(const ResultFile& results);

// Reads that. DataLoss, naming the field, for what is something else;
// Unimplemented for a newer schema version. Members that are not known are
// skipped, so that later versions can add some. A number without fraction is
// an int64_t, whatever it was before it was written.
absl::StatusOr<ResultFile> ParseResultFile(absl::string_view json);

// The same from a file, whose path errors start with.
absl::StatusOr<ResultFile> ReadResultFile(const std::string& path);

}  // namespace tessera

#endif  // BENCH_RESULTS_RESULT_FILE_H_
