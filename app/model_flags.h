// The flags of programs that take any model: --cache_dir, --no_cache,
// --quantize.
#ifndef APP_MODEL_FLAGS_H_
#define APP_MODEL_FLAGS_H_

#include "runtime/llm/model_finder.h"

namespace tessera {

// Finds the arena of any model, as these flags and the tool's own --threads and
// --quiet say. A file without a name lives until the process ends.
ModelFinder AnyModel();

}  // namespace tessera

#endif  // APP_MODEL_FLAGS_H_
