#include "base/version_text.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/build_info.h"
#include "base/isa.h"
#include "base/tool_name.h"
#include "base/version.h"

namespace tessera {

std::string VersionText() {
  std::string text =
      absl::StrCat(ToolName(), " ", kTesseraVersion, "\ncommit ",
                   ShortBuildCommit(), BuildIsDirty() ? ", changed" : "", ", ",
                   CompilerName(), "\ninstruction sets:");
  for (const Isa isa : SupportedIsas()) {
    absl::StrAppend(&text, " ", IsaName(isa));
  }
  const absl::StatusOr<Isa> used = ChooseIsa();
  return absl::StrCat(
      text, "; used: ", used.ok() ? IsaName(*used) : used.status().message(),
      "\n");
}

}  // namespace tessera
