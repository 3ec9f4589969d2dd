#include "app/launcher/find_program.h"

#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

bool IsProgram(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string FindProgram(const std::string& folder, const Tool& tool) {
  std::string path = absl::StrCat(folder, "/tessera-", tool.program);
  if (IsProgram(path)) return path;
  path = absl::StrCat(folder, "/../libexec/tessera/tessera-", tool.program);
  if (IsProgram(path)) return path;
  path = absl::StrCat(folder, "/../", tool.built);
  if (absl::EndsWith(folder, "/app") && IsProgram(path)) return path;
  return "";
}

std::string FolderOfThisProgram() {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  std::string program;
  if (size > 0) {
    program.assign(path, static_cast<size_t>(size));
  } else if (realpath(reinterpret_cast<const char*>(getauxval(AT_EXECFN)),
                      path) != nullptr) {
    program = path;  // where /proc is not mounted
  }
  const size_t slash = program.rfind('/');
  return slash == std::string::npos ? "" : program.substr(0, slash);
}

}  // namespace tessera
