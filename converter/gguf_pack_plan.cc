#include "converter/gguf_pack_plan.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {
namespace {

// From here on type numbers are ours (formats/dtype/dtype.h).
constexpr uint32_t kFirstOwnType = 1000;

// ggml counts dimensions up to the last that is not 1, and one at least.
std::vector<uint64_t> Trimmed(const std::vector<uint64_t>& shape) {
  auto first = shape.begin();
  while (shape.end() - first > 1 && *first == 1) ++first;
  return {first, shape.end()};
}

absl::StatusOr<GgufHeader> Encode(const WeightSource& source,
                                  const GgufPlan& plan,
                                  const GgufPlanFile& file) {
  std::vector<GgufTensor> tensors;
  for (const size_t index : file.tensors) {
    const SourceTensor& from = source.tensors[index];
    const DType type = plan.types[index];
    if (static_cast<uint32_t>(type) >= kFirstOwnType) {
      return absl::UnimplementedError(
          absl::StrCat(from.name, ": GGUF has no type ", DTypeName(type),
                       "; choose another type with --quantize"));
    }
    GgufTensor& tensor = tensors.emplace_back();
    tensor.name = from.name;
    tensor.type = type;
    tensor.shape = file.trims_shapes ? Trimmed(from.shape) : from.shape;
  }
  return EncodeGgufHeader(file.metadata, std::move(tensors),
                          file.layout.has_value() ? &*file.layout : nullptr);
}

}  // namespace

absl::StatusOr<GgufHeader> MakeGgufHeader(const WeightSource& source,
                                          const GgufPlan& plan,
                                          const GgufPlanFile& file) {
  auto header = Encode(source, plan, file);
  if (!header.ok()) return WithPath(file.path, header.status());
  return header;
}

absl::StatusOr<ArenaPlan> MakeGgufPackPlan(
    const WeightSource& source, const GgufOptions& options,
    const GgufPlan& plan, absl::Span<const GgufHeader> headers) {
  ArenaPlan packed;
  packed.tensors.resize(source.tensors.size());
  packed.importance = options.recipe.importance;
  packed.high_effort = options.recipe.high_effort;
  packed.allow_nonfinite = options.allow_nonfinite;
  for (size_t i = 0; i < plan.files.size(); ++i) {
    PlannedSection& section = packed.sections.emplace_back();
    section.size = headers[i].file_size;
    for (size_t j = 0; j < plan.files[i].tensors.size(); ++j) {
      const size_t index = plan.files[i].tensors[j];
      const GgufTensor& placed = headers[i].tensors[j];
      const SourceTensor& from = source.tensors[index];
      PlannedTensor& to = packed.tensors[index];
      to.type = plan.types[index];
      TESSERA_ASSIGN_OR_RETURN(
          to.layout, MakeTensorLayout(LayoutOrder::kRowMajor, to.type,
                                      from.rows_per_matrix(), from.columns()));
      to.section = i;
      to.extent_offset = to.first_tile = placed.offset;
      to.extent_size = placed.size;
      PlannedStream& stream = section.streams.emplace_back();
      stream.members = {index};
      stream.offset = placed.offset;
      stream.tiles = from.rows();
      stream.stride = to.layout.row_tile_stride;
      stream.size = placed.size;
    }
  }
  return packed;
}

}  // namespace tessera
