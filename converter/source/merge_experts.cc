#include "converter/source/merge_experts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "converter/source/checkpoint_name.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

std::string Described(const SourceTensor& tensor) {
  return absl::StrCat(tensor.source_name, " (", DTypeName(tensor.type), " [",
                      absl::StrJoin(tensor.shape, ", "), "])");
}

// The name of the same tensor of another expert, or of all. The number of an
// expert is the last one in a name.
std::string NameOfExpert(std::string name, uint64_t expert,
                         const std::string& other) {
  const std::string number = absl::StrCat(".", expert, ".");
  return name.replace(name.rfind(number) + 1, number.size() - 2, other);
}

// True if `b` can be the next matrix of a tensor that begins with `a`.
bool AreAlike(const SourceTensor& a, const SourceTensor& b) {
  if (a.type != b.type || a.shape != b.shape ||
      a.scales.has_value() != b.scales.has_value()) {
    return false;
  }
  if (!a.scales.has_value()) return true;
  return a.scales->weight_type == b.scales->weight_type &&
         a.scales->type == b.scales->type &&
         a.scales->block_rows == b.scales->block_rows &&
         a.scales->block_columns == b.scales->block_columns;
}

bool IsVector(const TensorName& name) {
  return name.part == TensorPart::kBias ||
         InfoOf(name.role).rows == Dimension::kNone;
}

// The tensors of one role in one layer, by expert.
using Experts = std::map<uint64_t, SourceTensor>;

class ExpertMerger {
 public:
  ExpertMerger(const Architecture& architecture, uint64_t experts,
               WeightSource* source)
      : architecture_(architecture), experts_(experts), source_(*source) {}

  absl::Status Run();

 private:
  absl::Status Fail(const SourceTensor& tensor, const std::string& problem) {
    return absl::DataLossError(absl::StrCat(
        source_.files[tensor.parts[0].file].path(), ": ", problem));
  }
  absl::Status Collect(const TensorName& name, SourceTensor tensor);
  absl::Status CheckComplete(const std::string& name, const Experts& group);
  absl::StatusOr<SourceTensor> Merge(const std::string& name, Experts group);

  const Architecture& architecture_;
  const uint64_t experts_;
  WeightSource& source_;
  std::map<std::string, Experts> groups_;       // by GGUF's name
  std::map<uint64_t, uint64_t> layer_experts_;  // largest number, by layer
};

absl::Status ExpertMerger::Collect(const TensorName& name,
                                   SourceTensor tensor) {
  const size_t dimensions = IsVector(name) ? 1 : 2;
  if (tensor.shape.size() != dimensions) {
    return Fail(tensor,
                absl::StrCat(Described(tensor), " is an expert's, expected ",
                             dimensions, " dimensions"));
  }
  // Heads, which norms are for, are not as many for keys as for queries.
  if (InfoOf(name.role).rows != Dimension::kNone) {
    uint64_t& largest = layer_experts_[*name.layer];
    largest = std::max(largest, *name.expert);
  }
  Experts& group = groups_[GgufName(name)];
  const std::string source_name = tensor.source_name;
  const auto [there, is_new] = group.emplace(*name.expert, std::move(tensor));
  if (is_new) return absl::OkStatus();
  return Fail(there->second,
              absl::StrCat(there->second.source_name, " and ", source_name,
                           " are the same tensor of the same expert"));
}

absl::Status ExpertMerger::CheckComplete(const std::string& name,
                                         const Experts& group) {
  const auto& [number, first] = *group.begin();
  const bool of_heads =
      InfoOf(ParseGgufName(name)->role).rows == Dimension::kNone;
  const uint64_t last =
      of_heads ? group.rbegin()->first
               : std::max(experts_ == 0 ? uint64_t{0} : experts_ - 1,
                          layer_experts_[*LayerOf(name)]);
  uint64_t expected = 0;
  for (const auto& [expert, tensor] : group) {
    if (expert != expected) break;
    ++expected;
  }
  if (expected == last + 1) return absl::OkStatus();
  return Fail(first,
              absl::StrCat(NameOfExpert(first.source_name, number,
                                        absl::StrCat(expected)),
                           " is missing; the layer has experts 0 to ", last));
}

absl::StatusOr<SourceTensor> ExpertMerger::Merge(const std::string& name,
                                                 Experts group) {
  TESSERA_RETURN_IF_ERROR(CheckComplete(name, group));
  SourceTensor merged = group.begin()->second;
  for (const auto& [expert, tensor] : group) {
    if (expert == 0) continue;
    if (!AreAlike(group.begin()->second, tensor)) {
      return Fail(tensor, absl::StrCat(Described(tensor), " differs from ",
                                       Described(group.begin()->second),
                                       "; experts of a layer are alike"));
    }
    merged.parts.push_back(tensor.parts[0]);
    if (merged.scales.has_value()) {
      merged.scales->parts.push_back(tensor.scales->parts[0]);
    }
  }
  const std::optional<uint64_t> size =
      CheckedMul(merged.size, uint64_t{group.size()});
  merged.shape.insert(merged.shape.begin(), group.size());
  if (!size.has_value() || !TensorBytes(merged.type, merged.shape)) {
    return Fail(merged, absl::StrCat(name, ": the size overflows 64 bits"));
  }
  merged.size = *size;
  merged.name = name;
  merged.source_name = NameOfExpert(merged.source_name, 0, "*");
  return merged;
}

absl::Status ExpertMerger::Run() {
  std::vector<SourceTensor> tensors;
  std::vector<std::pair<size_t, std::string>> places;
  for (SourceTensor& tensor : source_.tensors) {
    const std::optional<TensorName> name =
        ParseCheckpointName(tensor.source_name, architecture_);
    if (!name.has_value() || !name->expert.has_value()) {
      tensors.push_back(std::move(tensor));
      continue;
    }
    if (!groups_.contains(GgufName(*name))) {
      places.emplace_back(tensors.size(), GgufName(*name));
      tensors.emplace_back();
    }
    TESSERA_RETURN_IF_ERROR(Collect(*name, std::move(tensor)));
  }
  for (const auto& [place, name] : places) {
    TESSERA_ASSIGN_OR_RETURN(tensors[place],
                             Merge(name, std::move(groups_[name])));
  }
  source_.tensors = std::move(tensors);
  return absl::OkStatus();
}

}  // namespace

absl::Status MergeExperts(const Architecture& architecture, uint64_t experts,
                          WeightSource* source) {
  return ExpertMerger(architecture, experts, source).Run();
}

}  // namespace tessera
