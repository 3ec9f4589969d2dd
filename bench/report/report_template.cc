#include "bench/report/report_template.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/read_file.h"

namespace tessera {
namespace {

std::string TemplateBesideProgram() {
  std::error_code error;
  const std::filesystem::path program =
      std::filesystem::read_symlink("/proc/self/exe", error);
  return program.parent_path() / "report" / "template.html";
}

std::string HowToMakeIt() {
  const char* path = std::getenv("PATH");
  return absl::StrCat(
      "; make it with\n  bazel build //bench/report:template",
      HasProgram(path == nullptr ? "" : path, "npm")
          ? ""
          : "\nafter installing npm (Debian's packages nodejs and npm) with\n"
            "  scripts/install_packages.sh scripts/packages_report.txt");
}

}  // namespace

bool HasProgram(absl::string_view path, absl::string_view program) {
  for (const absl::string_view folder : absl::StrSplit(path, ':')) {
    const std::string file = absl::StrCat(folder, "/", program);
    if (!folder.empty() && access(file.c_str(), X_OK) == 0) return true;
  }
  return false;
}

absl::StatusOr<std::string> ReadReportTemplate(const std::string& path) {
  const std::string file = path.empty() ? TemplateBesideProgram() : path;
  absl::StatusOr<std::string> text = ReadFile(file);
  if (!absl::IsNotFound(text.status())) return text;
  return absl::NotFoundError(
      absl::StrCat(file, ": there is no template of the report",
                   path.empty() ? HowToMakeIt() : ""));
}

}  // namespace tessera
