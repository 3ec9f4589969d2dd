#include "bench/find_shape.h"

#include <filesystem>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/quoted.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "bench/builtin_shapes.h"

namespace tessera {

absl::StatusOr<ModelShape> FindShape(const std::string& name_or_path) {
  if (absl::StrContains(name_or_path, "/") ||
      absl::EndsWith(name_or_path, ".txt")) {
    TESSERA_ASSIGN_OR_RETURN(const std::string text,
                             ReadFile(name_or_path, kMostSettingsBytes));
    return ParseModelShape(std::filesystem::path(name_or_path).stem().string(),
                           text);
  }
  std::vector<absl::string_view> names;
  for (const BuiltinShape& shape : BuiltinShapes()) {
    if (shape.name == name_or_path) {
      return ParseModelShape(shape.name, shape.text);
    }
    names.push_back(shape.name);
  }
  return absl::NotFoundError(
      absl::StrCat("no shape called ", Quoted(name_or_path), "; known are ",
                   absl::StrJoin(names, ", "), ", or give a file"));
}

}  // namespace tessera
