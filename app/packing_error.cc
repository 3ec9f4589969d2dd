#include "app/packing_error.h"

#include <cstddef>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/shell_quoted.h"
#include "base/tool_name.h"

namespace tessera {
namespace {

constexpr absl::string_view kPackingFlags[] = {"--allow_requantize",
                                               "--allow_nonfinite"};

std::string WithoutTensorsOnly(std::string message) {
  const size_t begin = message.find("; --tensors_only");
  if (begin == std::string::npos) return message;
  const size_t end = message.find("; ", begin + 1);
  return message.erase(
      begin, end == std::string::npos ? std::string::npos : end - begin);
}

std::string Command(absl::string_view flag, absl::string_view model,
                    absl::string_view quantize) {
  return absl::StrCat(NameOfTool("convert"), " ", flag,
                      quantize == "keep"
                          ? ""
                          : absl::StrCat(" --quantize ", ShellQuoted(quantize)),
                      " ", ShellQuoted(model), " model.arena");
}

}  // namespace

absl::Status PackingError(const absl::Status& status, absl::string_view model,
                          absl::string_view quantize) {
  if (status.ok()) return status;
  std::string message = WithoutTensorsOnly(std::string(status.message()));
  const std::string convert = NameOfTool("convert");
  message = absl::StrReplaceAll(
      message, {{"give it as --imatrix",
                 absl::StrCat("give it to ", convert, " as --imatrix")}});
  for (absl::string_view flag : kPackingFlags) {
    if (!absl::StrContains(message, flag)) continue;
    absl::StrAppend(&message,
                    "; to pack it yourself: ", Command(flag, model, quantize));
  }
  return absl::Status(status.code(), message);
}

}  // namespace tessera
