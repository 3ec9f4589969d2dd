// fill_tables: puts results into the tables of a document.
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/command_line.h"
#include "base/file_error.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "base/write_file.h"
#include "bench/document_tables.h"

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Puts results of bench into the tables of a document.

  bench --kernels --output=json > results/kernels.json
  fill_tables docs/benchmarks.md results

usage: fill_tables DOCUMENT FOLDER

DOCUMENT is Markdown with markers that say which table goes where:

  <!-- table kernels.json matrix=token: type | layout | percent_of_limit:1 as % -->
  <!-- end -->

FOLDER holds the results. DOCUMENT is replaced.)";

absl::Status Fill(const std::string& path, const std::string& folder) {
  TESSERA_ASSIGN_OR_RETURN(const std::string document, ReadFile(path));
  const absl::StatusOr<std::string> filled =
      FillTables(document, [&](const std::string& name) {
        return ReadFile(absl::StrCat(folder, "/", name));
      });
  if (!filled.ok()) return WithPath(path, filled.status());
  return WriteFile(path, *filled);
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  const std::vector<std::string> arguments =
      tessera::ParseCommandLine(argc, argv, tessera::kUsage);
  if (arguments.size() != 2) {
    tessera::ExitWithUsageError("expected DOCUMENT and FOLDER");
  }
  const absl::Status status = tessera::Fill(arguments[0], arguments[1]);
  return status.ok() ? 0 : tessera::ReportFailure(status);
}
