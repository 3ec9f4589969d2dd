#include "python/extension/convert_weights.h"

#include <pybind11/stl.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/const_init.h"
#include "absl/flags/commandlineflag.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/own_flags.h"
#include "base/parse_flags.h"
#include "base/status_macros.h"
#include "converter/convert_command.h"
#include "converter/convert_flags.h"
#include "converter/convert_model.h"
#include "formats/json/message_json.h"
#include "python/extension/errors.h"
#include "python/extension/report_progress.h"

namespace tessera {
namespace {

namespace py = pybind11;

// To what they are without a word. Abseil's FlagSaver would talk about it.
void ResetFlags() {
  for (const auto& [name, value] : ChangedFlags()) {
    absl::CommandLineFlag* flag = FindOwnFlag(name);
    std::string error;
    if (flag != nullptr) flag->ParseFrom(flag->DefaultValue(), &error);
  }
}

// Flags are the process's, but nobody else sets any in a program of Python.
absl::StatusOr<ConvertCommand> CommandOf(
    const std::vector<std::string>& arguments) {
  static absl::Mutex mutex(absl::kConstInit);
  const absl::MutexLock lock(&mutex);
  ResetFlags();
  TESSERA_ASSIGN_OR_RETURN(const std::vector<std::string> positional,
                           ParseFlags(arguments));
  return ConvertCommandFromFlags(positional);
}

std::string ConvertAsFlagsSay(const std::vector<std::string>& arguments,
                              const py::object& progress) {
  absl::StatusOr<ConvertSummary> summary =
      WithoutGil([&]() -> absl::StatusOr<ConvertSummary> {
        TESSERA_ASSIGN_OR_RETURN(ConvertCommand command, CommandOf(arguments));
        command.options.progress = [&](uint64_t done, uint64_t total,
                                       absl::string_view tensor) {
          return ReportProgress(progress, done, total, tensor);
        };
        return Convert(std::move(command));
      });
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  return ValueOrThrow(
      MessageAsJson(ValueOrThrow(std::move(summary)), /*indented=*/false));
}

}  // namespace

void BindConvertWeights(py::module_& module) {
  module.def("_convert", &ConvertAsFlagsSay, py::arg("arguments"),
             py::arg("progress"));
}

}  // namespace tessera
