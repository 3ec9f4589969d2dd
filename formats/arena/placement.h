// Where sections and tensors may lie in an arena. docs/arena_format.md states
// the rules as formulas.
#ifndef FORMATS_ARENA_PLACEMENT_H_
#define FORMATS_ARENA_PLACEMENT_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "formats/arena/arena_header.h"
#include "formats/arena/manifest.pb.h"
#include "formats/arena/stored_tensor.h"

namespace tessera {

// Every section is a known kind, on 2 MiB, between header and manifest, has one
// hash per chunk, and overlaps no other. DataLoss, or Unimplemented for a kind
// that is not known; messages number the section.
absl::Status CheckSections(const Manifest& manifest, const ArenaHeader& header);

// Every extent lies in its section and shares bytes with no other, unless its
// tensors are one fused group, whose members share one extent and none of its
// bytes. `tensors` have passed ResolveTensor, sections CheckSections. DataLoss
// that names both tensors.
absl::Status CheckPlacement(const Manifest& manifest,
                            absl::Span<const StoredTensor> tensors);

// True if no row tile of `a` shares a byte with one of `b`. Both lie in the
// same extent.
bool RowTilesAreDisjoint(const StoredTensor& a, const StoredTensor& b);

}  // namespace tessera

#endif  // FORMATS_ARENA_PLACEMENT_H_
