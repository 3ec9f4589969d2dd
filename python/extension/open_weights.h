// What tessera.open() gives to Python.
#ifndef PYTHON_EXTENSION_OPEN_WEIGHTS_H_
#define PYTHON_EXTENSION_OPEN_WEIGHTS_H_

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>

#include "converter/source/weight_source.h"

namespace tessera {

// Mapped files and what they hold. Immutable; who refers to their bytes owns a
// share of `source`.
class OpenWeights {
 public:
  // As OpenWeightSource. Throws its errors as ThrowIfError has them.
  OpenWeights(const std::string& path, bool tensors_only);

  const std::string& path() const { return path_; }
  const std::shared_ptr<const WeightSource>& source() const { return source_; }

  // Keys and values of the file's metadata, as dict. GGUF and arenas of it have
  // some.
  pybind11::dict Metadata() const;

  // The model's configuration in JSON, or None.
  pybind11::object ConfigJson() const;

 private:
  const std::string path_;
  std::shared_ptr<const WeightSource> source_;
};

// Adds the class Weights to `module`.
void BindOpenWeights(pybind11::module_& module);

}  // namespace tessera

#endif  // PYTHON_EXTENSION_OPEN_WEIGHTS_H_
