// A sequence as bytes, to go on from another time.
#ifndef RUNTIME_MODEL_SEQUENCE_STATE_H_
#define RUNTIME_MODEL_SEQUENCE_STATE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "runtime/model/model.h"
#include "runtime/model/sequence.h"

namespace tessera {

// `sequence`, which is of `model`: how many tokens there are, and of each layer
// the keys and values that what follows will see. Equal sequences give equal
// bytes; docs/c_api.md, "Saved sequences", is the format.
std::string EncodeSequence(const Model& model, const Sequence& sequence);

// Makes `sequence` what was encoded. InvalidArgument if `bytes` are no
// sequence, one of another arena, of another form of keys and values or of more
// tokens than have room; Unimplemented for a newer version; DataLoss if they
// are damaged: then nothing has changed. ResourceExhausted if the pool has too
// few blocks; then the sequence is empty. What layers with a window had
// forgotten is not there afterwards, so it can be rewound less far.
absl::Status DecodeSequence(const Model& model, absl::Span<const uint8_t> bytes,
                            Sequence* sequence);

}  // namespace tessera

#endif  // RUNTIME_MODEL_SEQUENCE_STATE_H_
