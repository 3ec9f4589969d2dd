// The shapes of bench/shapes, compiled in, so that the tool needs no files.
#ifndef BENCH_BUILTIN_SHAPES_H_
#define BENCH_BUILTIN_SHAPES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

struct BuiltinShape {
  absl::string_view name;  // of the file, without ".txt"
  absl::string_view text;
};

// In the order of their names. Thread-safe.
absl::Span<const BuiltinShape> BuiltinShapes();

}  // namespace tessera

#endif  // BENCH_BUILTIN_SHAPES_H_
