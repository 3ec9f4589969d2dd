// Whether a finished stream of an arena is still good for those who continue.
#ifndef CONVERTER_STREAM_CHECKS_H_
#define CONVERTER_STREAM_CHECKS_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/atomic_file.h"
#include "converter/journal_record.pb.h"
#include "converter/pack/arena_plan.h"
#include "converter/pack/stream_packer.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Whether `stream` of `plan`, an arena of `source`, lies in `file` as `record`
// has it: the same tensors, with the same hashes. Reads the stream.
bool IsStreamInFile(const PlannedStream& stream, const ArenaPlan& plan,
                    const WeightSource& source, const JournalRecord& record,
                    const AtomicFile& file);

// FailedPrecondition, naming file and tensor, if `now` has other weights for
// `stream` than `source` had when `packed` (of all tensors) was made of it.
// Reads them.
absl::Status CheckStreamSource(const PlannedStream& stream,
                               const ArenaPlan& plan,
                               const WeightSource& source,
                               absl::Span<const PackedTensor> packed,
                               const WeightSource& now);

// What the journal keeps of `stream`, whose tensors are all `packed`.
JournalRecord JournalRecordOf(const PlannedStream& stream,
                              const ArenaPlan& plan, const WeightSource& source,
                              absl::Span<const PackedTensor> packed);

// What packing found out about a tensor: what its description says, and what
// the journal has besides.
PackedTensor PackedFrom(const Tensor& tensor);
PackedTensor PackedFrom(const JournalRecord::Member& member);

}  // namespace tessera

#endif  // CONVERTER_STREAM_CHECKS_H_
