#include "converter/pack/arena_plan.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "converter/pack/choose_layout.h"
#include "converter/pack/choose_stored_types.h"
#include "formats/arena/arena_constants.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// Row tiles this far apart, or a multiple of it, share L1 cache sets.
constexpr uint64_t kAliasBytes = 4096;

// When a token reads a tensor: its place in the model, its layer, and its step
// within that. Tensors with equal keys keep the order of the source.
using ReadingOrder = std::tuple<int, uint64_t, size_t, TensorPart, TensorRole>;

constexpr TensorRole kNoRole = static_cast<TensorRole>(kTensorRoleCount);
constexpr int kLastOfAll = static_cast<int>(TensorPlace::kAfterLayers) + 1;

// The matrices of a fused group come before the biases of any of them. Names
// that are not known come last in their layer, or last of all.
ReadingOrder OrderOf(absl::string_view gguf_name,
                     const std::optional<TensorName>& name) {
  if (!name.has_value()) {
    const std::optional<uint64_t> layer = LayerOf(gguf_name);
    const int place =
        layer.has_value() ? static_cast<int>(TensorPlace::kLayer) : kLastOfAll;
    return {place, layer.value_or(0), kTensorRoleCount, TensorPart::kWeight,
            kNoRole};
  }
  const TensorRoleInfo& info = InfoOf(name->role);
  const TensorRole first =
      info.group == FuseGroup::kNone ? name->role : RolesOf(info.group).front();
  return {static_cast<int>(info.place), name->layer.value_or(0),
          static_cast<size_t>(first), name->part, name->role};
}

class Planner {
 public:
  Planner(const WeightSource& source, const PlanOptions& options)
      : source_(source), options_(options) {
    for (const SourceTensor& tensor : source.tensors) {
      names_.push_back(ParseGgufName(tensor.name));
      orders_.push_back(OrderOf(tensor.name, names_.back()));
    }
  }

  absl::StatusOr<ArenaPlan> Plan();

 private:
  absl::Status ChooseTypes();
  absl::Status ChooseLayouts();
  std::vector<size_t> Sorted(bool cold) const;
  void PlanSection(Section::Kind kind, const std::vector<size_t>& order);
  // The matrices of the fused group that begins at order[position]; empty if
  // none does, or if one is missing.
  std::vector<size_t> GroupAt(const std::vector<size_t>& order,
                              size_t position) const;
  // False if the members cannot be fused as their group is.
  bool PlanGroup(const std::vector<size_t>& members);
  void PlanSideBySide(const std::vector<size_t>& members);
  bool PlanAlternating(const std::vector<size_t>& members);
  void PlanAlone(size_t index);
  void PlanAttachments();

  const SourceTensor& tensor(size_t index) const {
    return source_.tensors[index];
  }
  uint64_t Tiles(size_t index) const {
    return plan_.tensors[index].layout.row_tiles() * tensor(index).matrices();
  }
  bool IsColdTensor(size_t index) const {
    return names_[index].has_value() &&
           IsCold(names_[index]->role, tied_embeddings_);
  }
  bool HasMatrix(TensorRole role) const {
    return std::find(names_.begin(), names_.end(), TensorName{.role = role}) !=
           names_.end();
  }
  // Appends a stream at the next free cache line of the current section.
  PlannedStream& AddStream(std::vector<size_t> members, uint64_t stride);

  const WeightSource& source_;
  const PlanOptions& options_;
  // Of the source's tensors.
  std::vector<std::optional<TensorName>> names_;
  std::vector<ReadingOrder> orders_;
  bool tied_embeddings_ = false;  // the embedding is the output matrix too
  ArenaPlan plan_;
  uint64_t cursor_ = kSectionAlignment;  // next free byte of the file
};

absl::StatusOr<ArenaPlan> Planner::Plan() {
  tied_embeddings_ =
      HasMatrix(TensorRole::kTokenEmbedding) && !HasMatrix(TensorRole::kOutput);
  plan_.tensors.resize(source_.tensors.size());
  plan_.importance = options_.recipe.importance;
  plan_.high_effort = options_.recipe.high_effort;
  plan_.allow_nonfinite = options_.allow_nonfinite;
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
  TESSERA_ASSIGN_OR_RETURN(const std::vector<DType> types,
                           ChooseStoredTypes(source_, options_.recipe,
                                             Unquantized::kFloatVectorsAreF32,
                                             options_.allow_requantize));
  for (size_t i = 0; i < types.size(); ++i) plan_.tensors[i].type = types[i];
  return absl::OkStatus();
}

absl::Status Planner::ChooseLayouts() {
  const LayoutProfile* profile =
      options_.profile.has_value() ? &*options_.profile : nullptr;
  for (size_t i = 0; i < source_.tensors.size(); ++i) {
    PlannedTensor& to = plan_.tensors[i];
    TESSERA_ASSIGN_OR_RETURN(ChosenLayout choice,
                             ChooseLayout(tensor(i), to.type, IsColdTensor(i),
                                          options_.layout, profile));
    to.layout = choice.layout;
    to.layout_reason = std::move(choice.reason);
  }
  return absl::OkStatus();
}

std::vector<size_t> Planner::Sorted(bool cold) const {
  std::vector<size_t> order;
  for (size_t i = 0; i < source_.tensors.size(); ++i) {
    if (IsColdTensor(i) == cold) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
    return orders_[a] < orders_[b];
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
    std::vector<size_t> members;
    if (options_.fuse) members = GroupAt(order, position);
    if (members.empty() || !PlanGroup(members)) {
      PlanAlone(order[position]);
      ++position;
      continue;
    }
    position += members.size();
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

std::vector<size_t> Planner::GroupAt(const std::vector<size_t>& order,
                                     size_t position) const {
  const std::optional<TensorName>& name = names_[order[position]];
  if (!name.has_value()) return {};
  const FuseGroup group = InfoOf(name->role).group;
  if (group == FuseGroup::kNone) return {};
  std::vector<size_t> members;
  for (TensorRole role : RolesOf(group)) {
    const TensorName expected = {.role = role, .layer = name->layer};
    if (position == order.size() || names_[order[position]] != expected) {
      return {};
    }
    members.push_back(order[position++]);
  }
  return members;
}

bool Planner::PlanGroup(const std::vector<size_t>& members) {
  const TensorName& first = *names_[members.front()];
  const FuseGroup group = InfoOf(first.role).group;
  if (group == FuseGroup::kAttentionInputs) {
    PlanSideBySide(members);
  } else if (!PlanAlternating(members)) {
    return false;
  }
  for (size_t member : members) {
    plan_.tensors[member].fused_group = GgufGroupName(group, *first.layer);
  }
  return true;
}

// One after another, in one extent.
void Planner::PlanSideBySide(const std::vector<size_t>& members) {
  for (size_t member : members) {
    AddStream({member}, plan_.tensors[member].layout.row_tile_stride);
  }
  const uint64_t begin = plan_.tensors[members.front()].first_tile;
  for (size_t member : members) {
    plan_.tensors[member].extent_offset = begin;
    plan_.tensors[member].extent_size = cursor_ - begin;
  }
}

// Row tile by row tile, which takes matrices of whole row tiles and as many of
// them.
bool Planner::PlanAlternating(const std::vector<size_t>& members) {
  uint64_t stride = 0;
  for (size_t member : members) {
    const TensorLayout& layout = plan_.tensors[member].layout;
    if (layout.order != LayoutOrder::kInterleaved ||
        Tiles(member) != Tiles(members.front())) {
      return false;
    }
    stride += layout.row_tile_bytes;
  }
  if (stride % kAliasBytes == 0) stride += kTensorAlignment;
  const PlannedStream& stream = AddStream(members, stride);
  for (size_t member : members) {
    plan_.tensors[member].extent_offset = stream.offset;
    plan_.tensors[member].extent_size = stream.size;
  }
  return true;
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
