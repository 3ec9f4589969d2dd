// Tensors without a weight: most likely a download that was not completed.
#ifndef CONVERTER_ZERO_TENSORS_H_
#define CONVERTER_ZERO_TENSORS_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "converter/source/weight_source.h"

namespace tessera {

// A sentence about `tensors`, indices into source.tensors that are nothing but
// zeros: how many they are, which come first, and from which byte on a file of
// theirs is zeros to its end, if tensors of 4096 bytes or more lie there.
// Vectors and tiny matrices, which are zeros in sound models too, count only at
// such an end, and a single vector not even there. Empty if there is nothing to
// say. Reads those files from their ends.
std::string ZeroTensorsNote(const WeightSource& source,
                            absl::Span<const size_t> tensors);

}  // namespace tessera

#endif  // CONVERTER_ZERO_TENSORS_H_
