#include "converter/convert_command.h"

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file_error.h"
#include "base/machine_id.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "converter/other_machine.h"
#include "converter/quantize/importance_matrix.h"
#include "formats/layout/layout_profile.h"

namespace tessera {

bool ConvertCommand::to_gguf() const {
  return absl::EndsWith(outputs.front().path, ".gguf");
}

GgufOptions ConvertCommand::gguf() const {
  const OutputOptions& output = outputs.front();
  return {.path = output.path,
          .recipe = output.plan.recipe,
          .split = split,
          .allow_requantize = output.plan.allow_requantize,
          .allow_nonfinite = output.plan.allow_nonfinite};
}

absl::Status ReadCommandFiles(ConvertCommand* command) {
  if (!command->imatrix.empty()) {
    TESSERA_ASSIGN_OR_RETURN(const auto importance,
                             ImportanceMatrix::ReadFile(command->imatrix));
    for (OutputOptions& output : command->outputs) {
      output.plan.recipe.importance = importance;
    }
  }
  const std::string& path = command->layout_profile;
  if (path.empty()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const absl::StatusOr<LayoutProfile> profile = LayoutProfile::Parse(text);
  if (!profile.ok()) return WithPath(path, profile.status());
  for (OutputOptions& output : command->outputs) output.plan.profile = *profile;
  const std::string note = OtherMachineNote(profile->machine(), ThisMachine());
  if (!note.empty()) command->notes.push_back(absl::StrCat(path, ": ", note));
  return absl::OkStatus();
}

}  // namespace tessera
