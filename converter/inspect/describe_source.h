// Describes a model of several files: a Hugging Face folder.
#ifndef CONVERTER_INSPECT_DESCRIBE_SOURCE_H_
#define CONVERTER_INSPECT_DESCRIBE_SOURCE_H_

#include <string>

#include "converter/inspect/file_description.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Describes `source`, which was opened from `path`. Each of its files is a
// section. Tensors have the names and types that a conversion gives them.
FileDescription DescribeSource(const std::string& path,
                               const WeightSource& source);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_SOURCE_H_
