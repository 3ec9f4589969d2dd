// A model at work, for Python.
#ifndef PYTHON_EXTENSION_RUNNING_MODEL_H_
#define PYTHON_EXTENSION_RUNNING_MODEL_H_

#include <pybind11/pybind11.h>

namespace tessera {

// Adds the class _Model to `module`; after BindModelSequence.
void BindRunningModel(pybind11::module_& module);

}  // namespace tessera

#endif  // PYTHON_EXTENSION_RUNNING_MODEL_H_
