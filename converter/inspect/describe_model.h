// Describes the model of a source: architecture, name, licence, sizes,
// tokenizer, chat templates, and whether it can be run.
#ifndef CONVERTER_INSPECT_DESCRIBE_MODEL_H_
#define CONVERTER_INSPECT_DESCRIBE_MODEL_H_

#include "converter/inspect/model_description.h"
#include "converter/source/weight_source.h"

namespace tessera {

// From the configuration, the tokenizer and the metadata of `source`, which may
// be an arena. What a model of an unknown architecture says under the usual
// keys is taken as it is.
ModelDescription DescribeModel(const WeightSource& source);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_MODEL_H_
