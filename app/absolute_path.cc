#include "app/absolute_path.h"

#include <filesystem>
#include <system_error>

#include "base/errno_status.h"

namespace tessera {

absl::StatusOr<std::string> AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return ErrnoStatus(path, "resolve", error.value());
  std::string normal = absolute.lexically_normal().string();
  if (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

}  // namespace tessera
