#include "converter/source/hub_cache.h"

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/quoted_list.h"
#include "base/read_file.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMostRefBytes = 4096;

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// The name in refs/main; empty if there is none.
absl::StatusOr<std::string> MainRevision(const fs::path& model) {
  const fs::path file = model / "refs" / "main";
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return "";
  TESSERA_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(file.string(), kMostRefBytes));
  const absl::string_view name = absl::StripAsciiWhitespace(text);
  const bool is_plain =
      !name.empty() && name != "." && name != ".." &&
      name.find('/') == absl::string_view::npos &&
      std::all_of(name.begin(), name.end(), absl::ascii_isgraph);
  if (is_plain) return std::string(name);
  return absl::DataLossError(absl::StrCat(file.string(), ": ", Quoted(name),
                                          " is no name of a snapshot"));
}

std::vector<std::string> Snapshots(const fs::path& model) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(model / "snapshots", error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (IsFolder(entry->path())) {
      names.push_back(entry->path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<HubSnapshot> SnapshotOf(const fs::path& model) {
  TESSERA_ASSIGN_OR_RETURN(const std::string main, MainRevision(model));
  const std::vector<std::string> names = Snapshots(model);
  const bool has_main =
      std::find(names.begin(), names.end(), main) != names.end();
  if (!main.empty() && !has_main) {
    return absl::NotFoundError(absl::StrCat(
        model.string(), ": refs/main names the snapshot ", Quoted(main),
        ", which is not there; the download is not complete",
        names.empty() ? std::string()
                      : absl::StrCat(" (there is ", QuotedList(names),
                                     " in snapshots)")));
  }
  if (main.empty() && names.empty()) {
    return absl::NotFoundError(
        absl::StrCat(model.string(),
                     ": a cache of the Hugging Face Hub without a snapshot; "
                     "the download is not complete"));
  }
  if (main.empty() && names.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        model.string(), ": a cache of the Hugging Face Hub with ", names.size(),
        " snapshots and no refs/main; give one of those in snapshots: ",
        QuotedList(names)));
  }
  const std::string& name = main.empty() ? names.front() : main;
  return HubSnapshot{
      (model / "snapshots" / name).string(),
      absl::StrCat(model.string(), ": a cache of the Hugging Face Hub; its ",
                   main.empty() ? "only snapshot " : "snapshot ", name,
                   main.empty() ? "" : " (refs/main)", " is taken")};
}

// Blobs have an ending, and maybe another hash before it, until they are whole.
bool IsBeingLoaded(const fs::path& blob) {
  std::error_code error;
  fs::directory_iterator entry(blob.parent_path(), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (absl::StartsWith(name, blob.filename().string()) &&
        absl::EndsWith(name, ".incomplete")) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool IsHubModel(const fs::path& folder) {
  return IsFolder(folder / "snapshots") &&
         (IsFolder(folder / "blobs") || IsFolder(folder / "refs"));
}

absl::StatusOr<std::optional<HubSnapshot>> FindHubSnapshot(
    const std::string& folder) {
  fs::path path = fs::path(folder).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();  // "a/"
  if (IsHubModel(path)) return SnapshotOf(path);
  std::error_code error;
  fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (absolute.filename().empty()) absolute = absolute.parent_path();  // "."
  if (absolute.filename() == "snapshots" &&
      IsHubModel(absolute.parent_path())) {
    return SnapshotOf(path.has_parent_path() ? path.parent_path()
                                             : absolute.parent_path());
  }
  return std::nullopt;
}

absl::Status CheckLink(const fs::path& file) {
  std::error_code error;
  if (!fs::is_symlink(file, error) || fs::exists(file, error)) {
    return absl::OkStatus();
  }
  const fs::path target = fs::read_symlink(file, error);
  const fs::path blob =
      target.is_absolute() ? target : file.parent_path() / target;
  const bool is_loading = IsBeingLoaded(blob);
  return absl::NotFoundError(absl::StrCat(
      file.string(), ": leads to ", Quoted(target.string()), ", which is ",
      is_loading ? "still being downloaded, or was broken off"
                 : "not there; the download is not complete, or was cleaned up",
      "; download it again"));
}

}  // namespace tessera
