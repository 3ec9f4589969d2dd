#include "bench/gate/layout_check.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tessera {

absl::StatusOr<LayoutCheckResult> CheckLayouts(
    const LayoutCheckOptions& options, RowSampler& sampler,
    ProgressFn progress) {
  LayoutCheckResult result;
  // Three other layouts and auto.
  const int comparisons =
      static_cast<int>(options.types.size() * options.tokens.size()) * 4;
  for (const DType type : options.types) {
    for (const int64_t tokens : options.tokens) {
      if (!IsWanted(type, tokens, options.filter)) continue;
      LayoutGroup group(options, type, tokens, comparisons, sampler);
      const absl::Status opened = group.Open();
      if (absl::IsUnimplemented(opened) || absl::IsInvalidArgument(opened)) {
        progress(absl::StrCat("left out: ", DTypeName(type), ": ",
                              opened.message()));
        continue;
      }
      TESSERA_RETURN_IF_ERROR(opened);
      TESSERA_RETURN_IF_ERROR(group.Run());
      group.AddTo(&result);
      progress(absl::StrFormat(
          "layouts of %s, %d tokens: interleaved reaches %.0f %% of the limit",
          DTypeName(type), tokens, group.InterleavedPercent()));
    }
  }
  return result;
}

}  // namespace tessera
