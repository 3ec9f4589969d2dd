#include "converter/inspect/map_file.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/output_path.h"
#include "base/quoted.h"
#include "base/write_file.h"
#include "converter/inspect/file_map.h"
#include "converter/inspect/png_canvas.h"
#include "converter/inspect/svg_canvas.h"

namespace tessera {
namespace {

// By a name of its own, not as an open file of this process.
bool IsNamedPipe(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_fifo(path, error) &&
         !absl::StartsWith(path, "/dev/") && !absl::StartsWith(path, "/proc/");
}

bool IsPng(const std::string& path) {
  return absl::EndsWithIgnoreCase(path, ".png");
}

}  // namespace

absl::Status CheckMapPath(const std::string& path) {
  if (IsNamedPipe(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--map: ", Quoted(path),
                     " is a pipe, which waits for a reader; write to a file "
                     "or to /dev/stdout"));
  }
  if (!absl::EndsWithIgnoreCase(path, ".svg") && !IsPng(path) &&
      !IsStream(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--map: the picture is an .svg or a .png, and ",
                     Quoted(path), " is neither"));
  }
  return CheckWriteFile(path);
}

absl::Status WriteMap(const FileDescription& file, MapColor color,
                      const std::string& path) {
  if (!IsPng(path)) {
    SvgCanvas svg;
    return WriteFile(path, RenderMap(file, color, &svg));
  }
  PngCanvas png;
  const std::string picture = RenderMap(file, color, &png);
  if (picture.empty()) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": no memory for the picture; an .svg needs less"));
  }
  return WriteFile(path, picture);
}

}  // namespace tessera
