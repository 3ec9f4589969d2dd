#include "app/unnamed_pack.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <random>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "app/pack_model.h"
#include "base/errno_status.h"
#include "base/open_input.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

std::string TemporaryFolder() {
  const char* wanted = std::getenv("TMPDIR");
  return wanted == nullptr || *wanted == '\0' ? "/tmp" : wanted;
}

// The pack has it for the moment between being complete and being opened. A
// folder of its own would stay behind where the process is killed.
std::string FreeName(const std::string& folder) {
  std::random_device random;
  return absl::StrCat(folder, "/tessera-", absl::Hex(random(), absl::kZeroPad8),
                      absl::Hex(random(), absl::kZeroPad8), ".arena");
}

}  // namespace

absl::StatusOr<PackedModel> PackUnnamed(const std::string& path,
                                        const PackedModelOptions& options) {
  const std::string folder = TemporaryFolder();
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    return ErrnoStatus(folder, "make a file in it");
  }
  const std::string output = FreeName(folder);
  absl::Cleanup remove = [&] { unlink(output.c_str()); };
  PackRequest request;
  request.model = path;
  request.output = output;
  request.quantize = options.quantize;
  request.threads = options.threads;
  request.quiet = options.quiet;
  request.unnamed = true;
  request.must_run = options.must_run;
  request.free_bytes = options.free_bytes;
  TESSERA_RETURN_IF_ERROR(PackModel(request).status());
  TESSERA_ASSIGN_OR_RETURN(const int fd, OpenRegularFile(output));
  PackedModel model;
  model.how = PackedModel::How::kUnnamed;
  model.arena = absl::StrCat("/proc/self/fd/", fd);
  model.file = std::shared_ptr<const int>(new int(fd), [](const int* open) {
    close(*open);
    delete open;
  });
  return model;
}

}  // namespace tessera
