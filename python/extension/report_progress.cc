#include "python/extension/report_progress.h"

#include "base/printable.h"
#include "python/extension/errors.h"

namespace tessera {

namespace py = pybind11;

absl::Status ReportProgress(const py::object& progress, uint64_t done,
                            uint64_t total, absl::string_view tensor) {
  const absl::Status cancelled =
      absl::CancelledError("the conversion was cancelled");
  py::gil_scoped_acquire gil;
  if (WasInterruptedInPython()) return cancelled;
  if (progress.is_none() || total == 0) return absl::OkStatus();
  try {
    const py::object answer = progress(done, total, Printable(tensor));
    return answer.is(py::bool_(false)) ? cancelled : absl::OkStatus();
  } catch (py::error_already_set& error) {
    error.restore();  // found when the conversion has ended
    return cancelled;
  }
}

}  // namespace tessera
