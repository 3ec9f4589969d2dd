#include "python/extension/errors.h"

#include <string>

#include "base/printable.h"

namespace tessera {
namespace {

namespace py = pybind11;

// A long path, and what is wrong.
constexpr size_t kMessageBytes = 4096;

// Those of the module live as long as the process.
PyObject* data_loss_error = nullptr;
PyObject* unsupported_error = nullptr;
PyObject* cancelled_error = nullptr;

PyObject* Add(py::module_& module, const char* name, const char* qualified,
              const char* doc) {
  PyObject* type =
      PyErr_NewExceptionWithDoc(qualified, doc, PyExc_RuntimeError, nullptr);
  if (type == nullptr) throw py::error_already_set();
  module.add_object(name, py::reinterpret_borrow<py::object>(type));
  return type;
}

PyObject* TypeFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return PyExc_ValueError;
    case absl::StatusCode::kNotFound:
      return PyExc_FileNotFoundError;
    case absl::StatusCode::kAlreadyExists:
      return PyExc_FileExistsError;
    case absl::StatusCode::kPermissionDenied:
      return PyExc_PermissionError;
    case absl::StatusCode::kResourceExhausted:
      return PyExc_MemoryError;
    case absl::StatusCode::kDataLoss:
      return data_loss_error;
    case absl::StatusCode::kUnimplemented:
      return unsupported_error;
    case absl::StatusCode::kCancelled:
      return cancelled_error;
    default:
      return PyExc_RuntimeError;
  }
}

}  // namespace

void BindErrors(py::module_& module) {
  data_loss_error = Add(module, "DataLossError", "tessera.DataLossError",
                        "A file is damaged; the message says where.");
  unsupported_error =
      Add(module, "UnsupportedError", "tessera.UnsupportedError",
          "A file is valid, but this version cannot use it.");
  cancelled_error = Add(module, "CancelledError", "tessera.CancelledError",
                        "A callback asked to end the call.");
}

void ThrowIfError(const absl::Status& status) {
  if (status.ok()) return;
  const std::string message = ShortPrintable(status.message(), kMessageBytes);
  PyErr_SetString(TypeFor(status.code()), message.c_str());
  throw py::error_already_set();
}

bool WasInterruptedInPython() {
  py::gil_scoped_acquire gil;
  return PyErr_Occurred() != nullptr || PyErr_CheckSignals() != 0;
}

}  // namespace tessera
