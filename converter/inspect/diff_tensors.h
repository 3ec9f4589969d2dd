// Compares the tensors of two models.
#ifndef CONVERTER_INSPECT_DIFF_TENSORS_H_
#define CONVERTER_INSPECT_DIFF_TENSORS_H_

#include "base/thread_pool.h"
#include "converter/inspect/model_diff.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Fills what `diff` says of tensors. They are found by name. Of one type, their
// row-major blocks are compared, whatever their layouts: by the hashes that
// arenas keep if both have one, else by reading both. Of different types, or
// where blocks differ, values are decoded and measured. Reads a tensor in
// pieces on all threads of `pool`, with progress on stderr unless `quiet`;
// results do not depend on the number of threads.
void DiffTensors(const WeightSource& a, const WeightSource& b, ThreadPool& pool,
                 bool quiet, ModelDiff* diff);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DIFF_TENSORS_H_
