#include "python/extension/token_ids.h"

#include <pybind11/numpy.h>

#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "python/extension/errors.h"

namespace tessera {

namespace py = pybind11;

std::vector<int32_t> TokenIds(py::handle ids) {
  if (py::isinstance<py::str>(ids) || py::isinstance<py::bytes>(ids)) {
    throw py::type_error("expected token ids, found a text; encode it first");
  }
  const auto array =
      py::array(py::module_::import("numpy").attr("asarray")(ids));
  if (array.size() == 0) return {};
  const char kind = array.dtype().kind();
  if (kind != 'i' && kind != 'u') {
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
  const py::array_t<int64_t, py::array::c_style | py::array::forcecast> wide(
      array);
  std::vector<int32_t> result;
  result.reserve(static_cast<size_t>(wide.size()));
  for (py::ssize_t i = 0; i < wide.size(); ++i) {
    const int64_t id = wide.data()[i];
    if (id < 0 || id > std::numeric_limits<int32_t>::max()) {
      ThrowIfError(absl::InvalidArgumentError(
          absl::StrCat("token id ", id, " is not in any vocabulary")));
    }
    result.push_back(static_cast<int32_t>(id));
  }
  return result;
}

}  // namespace tessera
