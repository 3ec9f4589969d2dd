// The extension module tessera._tessera. What users see of it is in
// python/tessera.
#include <pybind11/pybind11.h>

#include "base/version.h"
#include "python/extension/convert_weights.h"
#include "python/extension/errors.h"
#include "python/extension/file_tensor.h"
#include "python/extension/model_sequence.h"
#include "python/extension/open_weights.h"
#include "python/extension/running_model.h"
#include "python/extension/text_tokenizer.h"

PYBIND11_MODULE(_tessera, module) {
  module.attr("__version__") = tessera::kTesseraVersion;
  tessera::BindErrors(module);
  tessera::BindFileTensor(module);
  tessera::BindTextTokenizer(module);
  tessera::BindOpenWeights(module);
  tessera::BindModelSequence(module);
  tessera::BindRunningModel(module);
  tessera::BindConvertWeights(module);
}
