// Shapes by name or file.
#ifndef BENCH_FIND_SHAPE_H_
#define BENCH_FIND_SHAPE_H_

#include <string>

#include "absl/status/statusor.h"
#include "bench/model_shape.h"

namespace tessera {

// The shape called `name_or_path`: one of bench/shapes by its name
// ("tinyllama-1.1b"), or a file if it has a '/' or ends in ".txt". NotFound,
// listing the names, if there is none; messages about a file start with its
// path.
absl::StatusOr<ModelShape> FindShape(const std::string& name_or_path);

}  // namespace tessera

#endif  // BENCH_FIND_SHAPE_H_
