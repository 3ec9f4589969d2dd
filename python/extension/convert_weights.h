// tessera.convert().
#ifndef PYTHON_EXTENSION_CONVERT_WEIGHTS_H_
#define PYTHON_EXTENSION_CONVERT_WEIGHTS_H_

#include <pybind11/pybind11.h>

namespace tessera {

// Adds the function _convert to `module`.
void BindConvertWeights(pybind11::module_& module);

}  // namespace tessera

#endif  // PYTHON_EXTENSION_CONVERT_WEIGHTS_H_
