// Which layout a tensor gets, and why.
#ifndef CONVERTER_PACK_CHOOSE_LAYOUT_H_
#define CONVERTER_PACK_CHOOSE_LAYOUT_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/layout_profile.h"
#include "formats/layout/layout_rule.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

// False for types that stay row-major whatever is asked for.
bool CanBeInTiles(DType type);

// Only the last token of a prompt is multiplied by the output matrix.
MatrixDuty DutyOf(absl::string_view gguf_name);

struct ChosenLayout {
  TensorLayout layout;  // of one matrix
  // Absent if there was nothing to choose: without a profile, for vectors, and
  // for what is read by row.
  std::optional<LayoutReason> reason;
};

// The layout of `tensor`, stored as `type`: what `profile` says or, if it is
// null, `order`; row-major where that is impossible. `cold`: it is read by row.
// Errors name the tensor.
absl::StatusOr<ChosenLayout> ChooseLayout(const SourceTensor& tensor,
                                          DType type, bool cold,
                                          LayoutOrder order,
                                          const LayoutProfile* profile);

}  // namespace tessera

#endif  // CONVERTER_PACK_CHOOSE_LAYOUT_H_
