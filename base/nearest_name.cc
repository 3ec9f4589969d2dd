#include "base/nearest_name.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/edit_distance.h"
#include "base/shell_quoted.h"

namespace tessera {
namespace {

// So that a folder of millions of files is not read to its end.
constexpr int kMostEntries = 10'000;
constexpr size_t kMostNameBytes = 255;

bool IsNameWithEnd(absl::string_view found, absl::string_view name) {
  return absl::ConsumePrefix(&found, name) &&
         (found == ".gguf" || found == ".safetensors" || found == ".arena");
}

// What to do with what is no name of a file at all.
std::string AdviceFor(const std::string& path) {
  if (path == "-") return "a model is mapped, so it cannot come from a pipe";
  if (absl::StrContains(path, "://")) {
    return "it is an address; download the file first";
  }
  if (absl::StartsWith(path, "~")) {
    return "only an unquoted ~ stands for the home folder";
  }
  // OWNER/MODEL
  const size_t slash = path.find('/');
  std::error_code error;
  if (slash == std::string::npos || slash == 0 || slash + 1 == path.size() ||
      path.find('/', slash + 1) != std::string::npos ||
      std::filesystem::exists(path.substr(0, slash), error) ||
      absl::EndsWith(path, ".gguf") || absl::EndsWith(path, ".arena") ||
      absl::EndsWith(path, ".safetensors") || path[0] == '.') {
    return "";
  }
  return absl::StrCat("for a model of huggingface.co: hf download ",
                      ShellQuoted(path), " --local-dir ",
                      ShellQuoted(path.substr(slash + 1)));
}

}  // namespace

std::string NearestName(const std::string& path) {
  const std::filesystem::path meant(path);
  const std::string name = absl::AsciiStrToLower(meant.filename().string());
  if (name.empty() || name.size() > kMostNameBytes ||
      absl::StrContains(name, "*")) {
    return "";
  }
  const std::filesystem::path folder =
      meant.has_parent_path() ? meant.parent_path() : ".";
  size_t least = TypingMistakes(name.size());
  std::filesystem::path nearest;
  std::error_code error;
  int entries = 0;
  for (std::filesystem::directory_iterator entry(folder, error);
       !error && entry != std::filesystem::directory_iterator() &&
       entries < kMostEntries;
       entry.increment(error), ++entries) {
    const std::filesystem::path found = entry->path().filename();
    if (found == meant.filename()) return "";  // a link that leads nowhere
    const std::string small = absl::AsciiStrToLower(found.string());
    const size_t distance =
        IsNameWithEnd(small, name) ? 1 : EditDistance(name, small);
    // The first by name, whatever the order of the folder.
    if (distance < least || (distance == least && found < nearest)) {
      least = distance;
      nearest = found;
    }
  }
  if (nearest.empty()) return "";
  return (meant.has_parent_path() ? folder / nearest : nearest).string();
}

absl::Status WithNearestName(const std::string& path,
                             const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  std::string advice = AdviceFor(path);
  const std::string nearest = advice.empty() ? NearestName(path) : "";
  if (!nearest.empty()) advice = absl::StrCat("did you mean ", nearest, "?");
  if (advice.empty()) return status;
  return absl::NotFoundError(absl::StrCat(status.message(), "; ", advice));
}

}  // namespace tessera
