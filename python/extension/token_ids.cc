#include "python/extension/token_ids.h"

#include <pybind11/numpy.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/printable.h"
#include "python/extension/errors.h"

namespace tessera {

namespace py = pybind11;

namespace {

constexpr size_t kMostDigits = 80;

[[noreturn]] void ThrowNoId(const std::string& id) {
  PyErr_SetString(
      PyExc_ValueError,
      absl::StrCat("token id ", id, " is not in any vocabulary").c_str());
  throw py::error_already_set();
}

// Integers of more bits than numpy has make an array of objects, or of floats.
void CheckLongIntegers(py::handle ids) {
  if (!PyList_Check(ids.ptr()) && !PyTuple_Check(ids.ptr())) return;
  for (const py::handle id : ids) {
    if (!PyLong_Check(id.ptr())) continue;
    int overflow = 0;
    PyLong_AsLongLongAndOverflow(id.ptr(), &overflow);
    if (overflow != 0) {
      ThrowNoId(ShortPrintable(py::str(id).cast<std::string>(), kMostDigits));
    }
  }
}

template <typename Integer>
std::vector<int32_t> CheckedIds(const py::array& array) {
  const py::array_t<Integer, py::array::c_style | py::array::forcecast> wide(
      array);
  std::vector<int32_t> result;
  result.reserve(static_cast<size_t>(wide.size()));
  for (py::ssize_t i = 0; i < wide.size(); ++i) {
    const Integer id = wide.data()[i];
    if (!std::in_range<int32_t>(id) || id < 0) ThrowNoId(absl::StrCat(id));
    result.push_back(static_cast<int32_t>(id));
  }
  return result;
}

}  // namespace

std::vector<int32_t> TokenIds(py::handle ids) {
  if (py::isinstance<py::str>(ids) || py::isinstance<py::bytes>(ids)) {
    throw py::type_error("expected token ids, found a text; encode it first");
  }
  const auto array =
      py::array(py::module_::import("numpy").attr("asarray")(ids));
  if (array.size() == 0) return {};
  const char kind = array.dtype().kind();
  if (kind != 'i' && kind != 'u') {
    CheckLongIntegers(ids);
    throw py::type_error(
        absl::StrCat("token ids are ",
                     py::str(array.dtype().attr("name")).cast<std::string>(),
                     ", expected integers"));
  }
  if (array.ndim() != 1) {
    ThrowIfError(absl::InvalidArgumentError(absl::StrCat(
        "token ids have ", array.ndim(),
        " dimensions, expected 1; use a batch for several texts")));
  }
  return kind == 'i' ? CheckedIds<int64_t>(array) : CheckedIds<uint64_t>(array);
}

}  // namespace tessera
