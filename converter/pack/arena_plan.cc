#include "converter/pack/arena_plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "converter/pack/choose_layout.h"
#include "converter/pack/execution_order.h"
#include "converter/quantize/model_summary.h"
#include "formats/arena/arena_constants.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

// Row tiles this far apart, or a multiple of it, share L1 cache sets.
constexpr uint64_t kAliasBytes = 4096;

class Planner {
 public:
  Planner(const WeightSource& source, const PlanOptions& options)
      : source_(source), options_(options) {}

  absl::StatusOr<ArenaPlan> Plan();

 private:
  absl::Status ChooseTypes();
  absl::Status ChooseLayouts();
  std::vector<size_t> Sorted(bool cold) const;
  void PlanSection(Section::Kind kind, const std::vector<size_t>& order);
  // Each plans the tensor at order[position] and its companions, and returns
  // how many tensors it took; 0 if they are no such group.
  size_t PlanAttentionInputs(const std::vector<size_t>& order, size_t position);
  size_t PlanGateAndUp(const std::vector<size_t>& order, size_t position);
  void PlanAlone(size_t index);
  void PlanAttachments();

  const SourceTensor& tensor(size_t index) const {
    return source_.tensors[index];
  }
  uint64_t Tiles(size_t index) const {
    return plan_.tensors[index].layout.row_tiles() * tensor(index).matrices();
  }
  // Appends a stream at the next free cache line of the current section.
  PlannedStream& AddStream(std::vector<size_t> members, uint64_t stride);
  bool IsNamed(const std::vector<size_t>& order, size_t position,
               absl::string_view block_prefix, absl::string_view suffix) const;

  const WeightSource& source_;
  const PlanOptions& options_;
  bool tied_embeddings_ = false;  // token_embd is the output matrix too
  ArenaPlan plan_;
  uint64_t cursor_ = kSectionAlignment;  // next free byte of the file
};

// "blk.3." of "blk.3.attn_q.weight", or nothing for tensors outside of blocks.
absl::string_view BlockPrefix(absl::string_view name) {
  if (!absl::StartsWith(name, "blk.")) return "";
  const size_t dot = name.find('.', 4);
  return dot == absl::string_view::npos ? "" : name.substr(0, dot + 1);
}

absl::StatusOr<ArenaPlan> Planner::Plan() {
  bool has_output = false;
  bool has_embedding = false;
  for (const SourceTensor& tensor : source_.tensors) {
    has_output |= tensor.name == "output.weight";
    has_embedding |= tensor.name == "token_embd.weight";
  }
  tied_embeddings_ = has_embedding && !has_output;
  plan_.tensors.resize(source_.tensors.size());
  plan_.importance = options_.recipe.importance;
  plan_.high_effort = options_.recipe.high_effort;
  TESSERA_RETURN_IF_ERROR(ChooseTypes());
  TESSERA_RETURN_IF_ERROR(ChooseLayouts());
  const std::vector<size_t> hot = Sorted(/*cold=*/false);
  const std::vector<size_t> cold = Sorted(/*cold=*/true);
  plan_.execution_order = hot;
  if (!hot.empty()) PlanSection(Section::KIND_HOT, hot);
  if (!cold.empty() || !source_.attachments.empty()) {
    PlanSection(Section::KIND_COLD, cold);
  }
  return std::move(plan_);
}

absl::Status Planner::ChooseTypes() {
  const std::vector<TensorSummary> summaries = SummarizeTensors(source_);
  const std::vector<DType> types =
      options_.recipe.ChooseTypes(summaries, SummarizeModel(source_));
  if (options_.recipe.importance != nullptr) {
    TESSERA_RETURN_IF_ERROR(options_.recipe.importance->CheckFits(summaries));
  }
  for (size_t i = 0; i < source_.tensors.size(); ++i) {
    const SourceTensor& from = tensor(i);
    const DType to = types[i];
    plan_.tensors[i].type = to;
    if (to == from.type) continue;
    const Codec* decode = FindCodec(from.type);
    const Codec* encode = FindCodec(to);
    if (decode == nullptr || decode->dequantize_row == nullptr ||
        encode == nullptr || encode->quantize_row == nullptr) {
      return absl::UnimplementedError(
          absl::StrCat(from.source_name, ": cannot convert ",
                       DTypeName(from.type), " to ", DTypeName(to)));
    }
  }
  return absl::OkStatus();
}

absl::Status Planner::ChooseLayouts() {
  const LayoutProfile* profile =
      options_.profile.has_value() ? &*options_.profile : nullptr;
  for (size_t i = 0; i < source_.tensors.size(); ++i) {
    PlannedTensor& to = plan_.tensors[i];
    const bool cold = IsColdTensor(tensor(i).name, tied_embeddings_);
    TESSERA_ASSIGN_OR_RETURN(
        ChosenLayout choice,
        ChooseLayout(tensor(i), to.type, cold, options_.layout, profile));
    to.layout = choice.layout;
    to.layout_reason = std::move(choice.reason);
  }
  return absl::OkStatus();
}

std::vector<size_t> Planner::Sorted(bool cold) const {
  std::vector<size_t> order;
  for (size_t i = 0; i < source_.tensors.size(); ++i) {
    if (IsColdTensor(tensor(i).name, tied_embeddings_) == cold) {
      order.push_back(i);
    }
  }
  std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
    return ExecutionKeyOf(tensor(a).name) < ExecutionKeyOf(tensor(b).name);
  });
  return order;
}

void Planner::PlanSection(Section::Kind kind,
                          const std::vector<size_t>& order) {
  PlannedSection section;
  section.kind = kind;
  section.offset = cursor_;
  plan_.sections.push_back(section);
  for (size_t position = 0; position < order.size();) {
    size_t taken = 0;
    if (options_.fuse) taken = PlanAttentionInputs(order, position);
    if (options_.fuse && taken == 0) taken = PlanGateAndUp(order, position);
    if (taken == 0) {
      PlanAlone(order[position]);
      taken = 1;
    }
    position += taken;
  }
  if (kind == Section::KIND_COLD) PlanAttachments();
  // A section has at least one cache line, even if all its tensors are empty.
  cursor_ = std::max(cursor_, section.offset + kTensorAlignment);
  plan_.sections.back().size = cursor_ - section.offset;
  cursor_ = RoundUp(cursor_, kSectionAlignment);
}

PlannedStream& Planner::AddStream(std::vector<size_t> members,
                                  uint64_t stride) {
  PlannedSection& section = plan_.sections.back();
  cursor_ = RoundUp(cursor_, kTensorAlignment);
  PlannedStream stream;
  stream.offset = cursor_;
  stream.stride = stride;
  stream.tiles = Tiles(members.front());
  uint64_t tile_bytes = 0;
  for (size_t member : members) {
    PlannedTensor& planned = plan_.tensors[member];
    planned.section = plan_.sections.size() - 1;
    planned.layout.row_tile_stride = stride;
    planned.first_tile = cursor_ + tile_bytes;
    tile_bytes += planned.layout.row_tile_bytes;
  }
  stream.members = std::move(members);
  if (stream.tiles > 0) stream.size = (stream.tiles - 1) * stride + tile_bytes;
  cursor_ += stream.size;
  section.streams.push_back(std::move(stream));
  return section.streams.back();
}

bool Planner::IsNamed(const std::vector<size_t>& order, size_t position,
                      absl::string_view block_prefix,
                      absl::string_view suffix) const {
  if (position >= order.size()) return false;
  absl::string_view name = tensor(order[position]).name;
  return absl::ConsumePrefix(&name, block_prefix) && name == suffix;
}

size_t Planner::PlanAttentionInputs(const std::vector<size_t>& order,
                                    size_t position) {
  const absl::string_view prefix = BlockPrefix(tensor(order[position]).name);
  if (prefix.empty() || !IsNamed(order, position, prefix, "attn_q.weight") ||
      !IsNamed(order, position + 1, prefix, "attn_k.weight") ||
      !IsNamed(order, position + 2, prefix, "attn_v.weight")) {
    return 0;
  }
  uint64_t begin = 0;
  for (size_t i = 0; i < 3; ++i) {
    const size_t index = order[position + i];
    const PlannedStream& stream =
        AddStream({index}, plan_.tensors[index].layout.row_tile_stride);
    if (i == 0) begin = stream.offset;
  }
  for (size_t i = 0; i < 3; ++i) {
    PlannedTensor& planned = plan_.tensors[order[position + i]];
    planned.extent_offset = begin;
    planned.extent_size = cursor_ - begin;
    planned.fused_group = absl::StrCat(prefix, "attn_qkv");
  }
  return 3;
}

size_t Planner::PlanGateAndUp(const std::vector<size_t>& order,
                              size_t position) {
  const absl::string_view prefix = BlockPrefix(tensor(order[position]).name);
  if (prefix.empty() || !IsNamed(order, position, prefix, "ffn_gate.weight") ||
      !IsNamed(order, position + 1, prefix, "ffn_up.weight")) {
    return 0;
  }
  const size_t gate = order[position];
  const size_t up = order[position + 1];
  const TensorLayout& gate_layout = plan_.tensors[gate].layout;
  const TensorLayout& up_layout = plan_.tensors[up].layout;
  if (gate_layout.order != LayoutOrder::kInterleaved ||
      up_layout.order != LayoutOrder::kInterleaved ||
      Tiles(gate) != Tiles(up)) {
    return 0;
  }
  uint64_t stride = gate_layout.row_tile_bytes + up_layout.row_tile_bytes;
  if (stride % kAliasBytes == 0) stride += kTensorAlignment;
  const PlannedStream& stream = AddStream({gate, up}, stride);
  for (size_t index : {gate, up}) {
    plan_.tensors[index].extent_offset = stream.offset;
    plan_.tensors[index].extent_size = stream.size;
    plan_.tensors[index].fused_group = absl::StrCat(prefix, "ffn_gate_up");
  }
  return 2;
}

void Planner::PlanAlone(size_t index) {
  PlannedTensor& planned = plan_.tensors[index];
  const PlannedStream& stream =
      AddStream({index}, planned.layout.row_tile_stride);
  planned.extent_offset = stream.offset;
  planned.extent_size = stream.size;
}

void Planner::PlanAttachments() {
  for (const PackedAttachment& attachment : source_.attachments) {
    cursor_ = RoundUp(cursor_, kTensorAlignment);
    plan_.attachment_offsets.push_back(cursor_);
    cursor_ += attachment.stored.size();
  }
}

}  // namespace

absl::StatusOr<ArenaPlan> PlanArena(const WeightSource& source,
                                    const PlanOptions& options) {
  return Planner(source, options).Plan();
}

}  // namespace tessera
