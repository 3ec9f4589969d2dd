#include "app/cache_folder.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "app/absolute_path.h"
#include "base/errno_status.h"
#include "base/status_macros.h"
#include "base/tool_name.h"
#include "base/write_file.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// The text of https://bford.info/cachedir, which programs compare.
constexpr char kTag[] =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# Packs of tessera, which makes them again when it needs them.\n";

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Why nothing can be made at `folder`, if it is a link that leads nowhere.
absl::Status CheckLink(const std::string& folder) {
  std::error_code error;
  if (!fs::is_symlink(folder, error)) return absl::OkStatus();
  return WithCacheAdvice(absl::FailedPreconditionError(absl::StrCat(
      folder, ": is a link to ", fs::read_symlink(folder, error).string(),
      ", which does not exist")));
}

absl::Status MakeFolders(const std::string& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return absl::OkStatus();
  if (fs::exists(folder, error)) {
    return WithCacheAdvice(absl::FailedPreconditionError(
        absl::StrCat(folder, ": is a file, not a folder")));
  }
  TESSERA_RETURN_IF_ERROR(CheckLink(folder));
  const fs::path path(folder);
  if (path.has_parent_path() && path.parent_path() != path &&
      !fs::exists(path.parent_path(), error)) {
    TESSERA_RETURN_IF_ERROR(MakeFolders(path.parent_path().string()));
  }
  if (mkdir(folder.c_str(), 0700) == 0) return absl::OkStatus();
  // Another process may have been faster.
  if (errno == EEXIST && fs::is_directory(folder, error)) {
    return absl::OkStatus();
  }
  return WithCacheAdvice(ErrnoStatus(folder, "make the folder"));
}

}  // namespace

std::string CacheFlag(absl::string_view name) {
  return absl::StrCat(ToolName() == "tessera" ? "" : "--", name);
}

std::string CacheAdvice() {
  return absl::StrCat("give another folder with ", CacheFlag("cache_dir"),
                      ", or use ", CacheFlag("no_cache"));
}

absl::Status WithCacheAdvice(const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "; ", CacheAdvice()));
}

absl::StatusOr<std::string> FindCacheFolder(const std::string& wanted) {
  if (!wanted.empty()) return AbsolutePath(wanted);
  const std::string own = Variable("TESSERA_CACHE_DIR");
  if (!own.empty()) return AbsolutePath(own);
  const std::string xdg = Variable("XDG_CACHE_HOME");
  // The XDG specification says that relative ones do not count.
  if (fs::path(xdg).is_absolute()) return AbsolutePath(xdg + "/tessera");
  const std::string home = Variable("HOME");
  if (fs::path(home).is_absolute())
    return AbsolutePath(home + "/.cache/tessera");
  return absl::FailedPreconditionError(absl::StrCat(
      "there is no folder for packed models: HOME is not set; give one with ",
      CacheFlag("cache_dir")));
}

absl::Status MakeCacheFolder(const std::string& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return absl::OkStatus();
  TESSERA_RETURN_IF_ERROR(MakeFolders(folder));
  // A cache without it is as good.
  WriteFile(absl::StrCat(folder, "/CACHEDIR.TAG"), kTag).IgnoreError();
  return absl::OkStatus();
}

}  // namespace tessera
