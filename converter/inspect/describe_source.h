// Describes a model of several files: a Hugging Face folder, an index, a split
// set.
#ifndef CONVERTER_INSPECT_DESCRIBE_SOURCE_H_
#define CONVERTER_INSPECT_DESCRIBE_SOURCE_H_

#include <string>

#include "converter/inspect/file_description.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Describes `source`, which was opened from `path`, as one model. Each of its
// files is a section, with a total of its own. Tensors have the names and types
// that a conversion gives them; one whose parts lie in several files belongs to
// the file of its first. The model is left to the caller.
FileDescription DescribeSource(const std::string& path,
                               const WeightSource& source);

// Only where its bytes lie, for a picture: files one after another, each a
// section, and each part of a tensor by itself.
FileDescription DescribeSourceBytes(const std::string& path,
                                    const WeightSource& source);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_SOURCE_H_
