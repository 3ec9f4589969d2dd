// Statuses as Python's exceptions.
#ifndef PYTHON_EXTENSION_ERRORS_H_
#define PYTHON_EXTENSION_ERRORS_H_

#include <pybind11/pybind11.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tessera {

// Adds DataLossError, UnsupportedError and CancelledError to `module`.
void BindErrors(pybind11::module_& module);

// Throws the exception that stands for `status`, unless it is OK: ValueError
// for InvalidArgument, FileNotFoundError, FileExistsError and PermissionError
// for what the system says, MemoryError for ResourceExhausted, those of this
// module for DataLoss, Unimplemented and Cancelled, RuntimeError for all else.
// Needs the GIL.
void ThrowIfError(const absl::Status& status);

template <typename Value>
Value ValueOrThrow(absl::StatusOr<Value> value) {
  ThrowIfError(value.status());
  return *std::move(value);
}

// What `function` returns, called without the GIL: others run meanwhile.
template <typename Function>
auto WithoutGil(Function function) {
  pybind11::gil_scoped_release release;
  return function();
}

// Whether Python wants the call to end, because of Ctrl-C, say; then the
// exception is set, for `throw pybind11::error_already_set()`. Takes the GIL.
bool WasInterruptedInPython();

}  // namespace tessera

#endif  // PYTHON_EXTENSION_ERRORS_H_
