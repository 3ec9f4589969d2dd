#include "base/build_info.h"

#include "absl/strings/str_cat.h"
#include "base/build_stamp.h"

namespace tessera {

absl::string_view BuildCommit() { return kStampedCommit; }

absl::string_view ShortBuildCommit() {
  constexpr size_t kDigits = 9;
  return BuildCommit().substr(0, kDigits);
}

bool BuildIsDirty() { return kStampedDirty; }

std::string CompilerName() {
#if defined(__clang__)
  return absl::StrCat("Clang ", __clang_major__, ".", __clang_minor__, ".",
                      __clang_patchlevel__);
#else
  return absl::StrCat("GCC ", __GNUC__, ".", __GNUC_MINOR__, ".",
                      __GNUC_PATCHLEVEL__);
#endif
}

}  // namespace tessera
