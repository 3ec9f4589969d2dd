#include "python/extension/argument.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/printable.h"
#include "python/extension/errors.h"

namespace tessera {
namespace {

namespace py = pybind11;

constexpr size_t kMostOfAValue = 80;

}  // namespace

void ThrowWrongArgument(py::handle value, const char* name,
                        const char* expected) {
  const std::string found =
      ShortPrintable(py::repr(value).cast<std::string>(), kMostOfAValue);
  if (PyLong_Check(value.ptr()) &&
      absl::string_view(expected) == kExpected<int64_t>) {
    ThrowIfError(absl::InvalidArgumentError(
        absl::StrCat(name, " is ", found, ", which is out of range")));
  }
  throw py::type_error(
      absl::StrCat(name, " is ", found, ", expected ", expected));
}

}  // namespace tessera
