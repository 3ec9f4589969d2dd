// The line that a terminal shows of a long operation.
#ifndef BASE_PROGRESS_BAR_H_
#define BASE_PROGRESS_BAR_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// "convert [##########..........]  50%  1.00 GB/s  blk.0.attn_q.weight" in less
// than `columns` bytes: `numbers` stands behind the bar, which narrow terminals
// do not have, and `item`, which may be any text, is shortened.
std::string ProgressBar(absl::string_view verb, double fraction,
                        absl::string_view numbers, absl::string_view item,
                        size_t columns);

}  // namespace tessera

#endif  // BASE_PROGRESS_BAR_H_
