#include "base/write_file.h"

#include <cstdint>

#include "absl/types/span.h"
#include "base/atomic_file.h"
#include "base/status_macros.h"

namespace tessera {

absl::Status WriteFile(const std::string& path, absl::string_view text) {
  TESSERA_ASSIGN_OR_RETURN(AtomicFile file,
                           AtomicFile::Create(path, /*overwrite=*/true));
  TESSERA_RETURN_IF_ERROR(file.WriteAt(
      0, absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()),
                             text.size())));
  return file.Commit();
}

}  // namespace tessera
