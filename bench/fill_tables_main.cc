// fill_tables: puts results into the tables of documents.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/command_line.h"
#include "base/file_error.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "base/write_file.h"
#include "bench/document_tables.h"

ABSL_FLAG(bool, check, false,
          "change nothing; only see whether markers can be read and tables "
          "have their headings");

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Puts results of bench into the tables of documents.

  bench --kernels --output=json > results/kernels.json
  fill_tables docs/benchmarks.md README.md results
  fill_tables --check docs/benchmarks.md README.md

usage: fill_tables DOCUMENT... FOLDER
       fill_tables --check DOCUMENT...

DOCUMENT is Markdown with markers that say which table goes where:

  <!-- table kernels.json matrix=token: type | layout | percent_of_limit:1 as % -->
  <!-- end -->

FOLDER holds the results. Each DOCUMENT is replaced; a table whose results are
not in FOLDER stays as it is.)";

absl::Status Fill(const std::string& path, const std::string& folder) {
  TESSERA_ASSIGN_OR_RETURN(const std::string document, ReadFile(path));
  const absl::StatusOr<FilledDocument> filled =
      FillTables(document, [&](const std::string& name) {
        return ReadFile(absl::StrCat(folder, "/", name));
      });
  if (!filled.ok()) return WithPath(path, filled.status());
  for (const std::string& kept : filled->kept) {
    std::fprintf(stderr, "%s: %s; the table stays as it is\n", path.c_str(),
                 kept.c_str());
  }
  return WriteFile(path, filled->text);
}

absl::Status Check(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const std::string document, ReadFile(path));
  return WithPath(path, CheckTables(document));
}

absl::Status Run(std::vector<std::string> paths) {
  if (absl::GetFlag(FLAGS_check)) {
    for (const std::string& path : paths) TESSERA_RETURN_IF_ERROR(Check(path));
    return absl::OkStatus();
  }
  const std::string folder = std::move(paths.back());
  paths.pop_back();
  for (const std::string& path : paths) {
    TESSERA_RETURN_IF_ERROR(Fill(path, folder));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] {
    const std::vector<std::string> arguments =
        tessera::ParseCommandLine(argc, argv, {tessera::kUsage});
    if (arguments.size() < (absl::GetFlag(FLAGS_check) ? 1 : 2)) {
      tessera::ExitWithUsageError("expected DOCUMENT and FOLDER");
    }
    const absl::Status status = tessera::Run(arguments);
    return status.ok() ? 0 : tessera::ReportFailure(status);
  });
}
