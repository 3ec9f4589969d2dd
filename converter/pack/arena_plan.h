// Decides where everything goes in an arena, before a byte is written.
#ifndef CONVERTER_PACK_ARENA_PLAN_H_
#define CONVERTER_PACK_ARENA_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "converter/quantize/importance_matrix.h"
#include "converter/quantize/quantize_recipe.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"
#include "formats/layout/layout_profile.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

struct PlanOptions {
  LayoutOrder layout = LayoutOrder::kInterleaved;
  // Chooses each matrix's layout instead of `layout`: --layout=auto.
  std::optional<LayoutProfile> profile;
  QuantizeRecipe recipe;
  bool fuse = true;  // q, k and v in one extent; gate and up alternating
  // Blocks may be quantized a second time, to another type of blocks.
  bool allow_requantize = false;
  // Weights may be NaN or infinite, or become so.
  bool allow_nonfinite = false;
};

// One tensor's place. Offsets are from the start of the file.
struct PlannedTensor {
  DType type = DType::kF32;
  TensorLayout layout;  // of one matrix; the stride is final
  std::optional<LayoutReason> layout_reason;  // if a profile had the choice
  size_t section = 0;                         // index into ArenaPlan::sections
  uint64_t extent_offset = 0;                 // shared by a fused group
  uint64_t extent_size = 0;
  uint64_t first_tile = 0;  // offset of the first byte
  std::string fused_group;
};

// Row tiles that are written one after another: those of one tensor, or of
// several that alternate (tile 0 of each member, tile 1 of each, ...).
struct PlannedStream {
  std::vector<size_t> members;  // indices into ArenaPlan::tensors
  uint64_t offset = 0;
  uint64_t tiles = 0;   // of each member, over all its matrices
  uint64_t stride = 0;  // from one tile of a member to its next
  uint64_t size = 0;
};

struct PlannedSection {
  Section::Kind kind = Section::KIND_HOT;
  uint64_t offset = 0;  // a multiple of 2 MiB
  uint64_t size = 0;    // used bytes, before padding
  std::vector<PlannedStream> streams;
};

struct ArenaPlan {
  std::vector<PlannedTensor> tensors;  // in the order of the source
  std::vector<PlannedSection> sections;
  std::vector<size_t> execution_order;  // hot tensors as they are read
  // Of the source's attachments, behind the tensors of the cold section.
  std::vector<uint64_t> attachment_offsets;
  std::shared_ptr<const ImportanceMatrix> importance;  // the recipe's
  bool high_effort = false;  // of quantizers, likewise
  bool allow_nonfinite = false;
};

// Plans the arena of `source`. Hot tensors lie in the order in which a token
// reads them; attachments lie in the cold section. Types without a kernel for
// tiles stay row-major. Unimplemented if a tensor's type cannot be converted as
// asked, and InvalidArgument if that would quantize it a second time without
// leave, naming the tensor.
absl::StatusOr<ArenaPlan> PlanArena(const WeightSource& source,
                                    const PlanOptions& options);

}  // namespace tessera

#endif  // CONVERTER_PACK_ARENA_PLAN_H_
