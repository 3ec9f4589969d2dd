// Progress of a conversion, told to Python.
#ifndef PYTHON_EXTENSION_REPORT_PROGRESS_H_
#define PYTHON_EXTENSION_REPORT_PROGRESS_H_

#include <pybind11/pybind11.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Asks Python, and `progress` if it is not None, whether to go on. Cancelled if
// not; Python's exception is set then, unless `progress` returned False.
// Without work to do (`total` is 0) `progress` is not called. Takes the GIL.
absl::Status ReportProgress(const pybind11::object& progress, uint64_t done,
                            uint64_t total, absl::string_view tensor);

}  // namespace tessera

#endif  // PYTHON_EXTENSION_REPORT_PROGRESS_H_
