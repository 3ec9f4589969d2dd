#include "bench/temporary_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/errno_status.h"
#include "bench/spawn.h"

namespace tessera {
namespace {

// Once its stdin has ended. Children that are being killed meanwhile may still
// have made a file.
constexpr char kRemove[] =
    "read -r nothing; rm -rf -- \"$0\" || { sleep 1; rm -rf -- \"$0\"; }";

}  // namespace

absl::StatusOr<TemporaryFolder> TemporaryFolder::Create() {
  std::error_code error;
  const std::filesystem::path parent =
      std::filesystem::temp_directory_path(error);
  std::string path = ((error ? "/tmp" : parent) / "tessera-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) {
    return ErrnoStatus(path, "create a temporary folder");
  }
  TemporaryFolder folder;
  folder.path_ = std::move(path);
  folder.StartRemover();
  return folder;
}

void TemporaryFolder::StartRemover() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return;
  const absl::StatusOr<pid_t> remover =
      Spawn({"sh", "-c", kRemove, path_}, {.in = fds[0]}, SpawnLife::kItsOwn);
  close(fds[0]);
  // Without it the destructor still does its part.
  if (!remover.ok()) {
    close(fds[1]);
    return;
  }
  remover_ = *remover;
  remover_stdin_ = fds[1];
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, "")),
      remover_(std::exchange(other.remover_, -1)),
      remover_stdin_(std::exchange(other.remover_stdin_, -1)) {}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(remover_, other.remover_);
  std::swap(remover_stdin_, other.remover_stdin_);
  return *this;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  if (!path_.empty()) std::filesystem::remove_all(path_, error);
  if (remover_ < 0) return;
  close(remover_stdin_);
  WaitForEnd(remover_);
}

}  // namespace tessera
