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
#include "converter/source/part_form.h"
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

// True if `a` and `b` are stored in the same way.
bool AreAlike(const SourceTensor& a, const SourceTensor& b) {
  if (a.type != b.type || a.scales.has_value() != b.scales.has_value()) {
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
  ExpertMerger(const CheckpointNames& names, uint64_t experts,
               WeightSource* source)
      : names_(names), experts_(experts), source_(*source) {}

  absl::Status Run();

 private:
  absl::Status Fail(const SourceTensor& tensor, const std::string& problem) {
    return absl::DataLossError(absl::StrCat(
        source_.files[tensor.parts[0].file].path(), ": ", problem));
  }
  absl::Status Collect(const TensorName& name, SourceTensor tensor);
  void FindRouters();
  uint64_t LastExpert(const std::string& name, const Experts& group) const;
  absl::Status CheckRouter(const std::string& name, const SourceTensor& first,
                           uint64_t experts);
  absl::Status CheckComplete(const std::string& name, const Experts& group);
  absl::Status Append(const SourceTensor& first, const SourceTensor& tensor,
                      SourceTensor* merged);
  absl::StatusOr<SourceTensor> Merge(const std::string& name, Experts group);
  void NoteWidened();

  const CheckpointNames& names_;
  const uint64_t experts_;
  WeightSource& source_;
  std::map<std::string, Experts> groups_;       // by GGUF's name
  std::map<uint64_t, uint64_t> layer_experts_;  // largest number, by layer
  std::map<uint64_t, uint64_t> router_rows_;    // by layer
  uint64_t widened_ = 0;  // tensors whose experts are stored differently
  std::string first_widened_;
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

void ExpertMerger::FindRouters() {
  for (const SourceTensor& tensor : source_.tensors) {
    const auto name = ParseGgufName(tensor.name);
    if (name.has_value() && name->role == TensorRole::kRouter &&
        name->part == TensorPart::kWeight && tensor.shape.size() == 2) {
      router_rows_[*name->layer] = tensor.shape[0];
    }
  }
}

// The number of the last expert that a layer must have.
uint64_t ExpertMerger::LastExpert(const std::string& name,
                                  const Experts& group) const {
  if (InfoOf(ParseGgufName(name)->role).rows == Dimension::kNone) {
    return group.rbegin()->first;  // heads
  }
  const uint64_t layer = *LayerOf(name);
  const auto router = router_rows_.find(layer);
  uint64_t experts = experts_;
  if (router != router_rows_.end() &&
      (experts == 0 || router->second < experts)) {
    experts = router->second;
  }
  return std::max(experts == 0 ? uint64_t{0} : experts - 1,
                  layer_experts_.at(layer));
}

absl::Status ExpertMerger::CheckRouter(const std::string& name,
                                       const SourceTensor& first,
                                       uint64_t experts) {
  const auto router = router_rows_.find(*LayerOf(name));
  if (InfoOf(ParseGgufName(name)->role).rows == Dimension::kNone ||
      router == router_rows_.end() || router->second >= experts) {
    return absl::OkStatus();
  }
  return Fail(first,
              absl::StrCat(NameOfExpert(first.source_name, 0, "*"), ": ",
                           experts, " experts, but the layer's router has ",
                           router->second, " rows"));
}

absl::Status ExpertMerger::CheckComplete(const std::string& name,
                                         const Experts& group) {
  const auto& [number, first] = *group.begin();
  const uint64_t last = LastExpert(name, group);
  uint64_t expected = 0;
  for (const auto& [expert, tensor] : group) {
    if (expert != expected) break;
    ++expected;
  }
  if (expected == last + 1) return CheckRouter(name, first, expected);
  return Fail(first,
              absl::StrCat(NameOfExpert(first.source_name, number,
                                        absl::StrCat(expected)),
                           " is missing; the layer has experts 0 to ", last));
}

// The next matrix of `merged`, which begins with `first`.
absl::Status ExpertMerger::Append(const SourceTensor& first,
                                  const SourceTensor& tensor,
                                  SourceTensor* merged) {
  const std::string problem =
      absl::StrCat(Described(tensor), " differs from ", Described(first));
  if (first.shape != tensor.shape) {
    return Fail(tensor,
                absl::StrCat(problem, "; experts of a layer are alike"));
  }
  const std::optional<DType> type = CommonFloatType(merged->type, tensor.type);
  if (!type.has_value()) {
    return absl::UnimplementedError(
        absl::StrCat(source_.files[tensor.parts[0].file].path(), ": ", problem,
                     "; only floats of different types become one tensor"));
  }
  const std::optional<uint64_t> size = CheckedAdd(merged->size, tensor.size);
  if (!size.has_value()) {
    return Fail(tensor, absl::StrCat(merged->name, ": the size overflows"));
  }
  merged->size = *size;
  merged->type = *type;
  merged->parts.push_back(tensor.parts[0]);
  merged->forms.push_back({tensor.type, tensor.scales});
  return absl::OkStatus();
}

absl::StatusOr<SourceTensor> ExpertMerger::Merge(const std::string& name,
                                                 Experts group) {
  TESSERA_RETURN_IF_ERROR(CheckComplete(name, group));
  const SourceTensor& first = group.begin()->second;
  SourceTensor merged = first;
  merged.name = name;
  merged.shape.insert(merged.shape.begin(), group.size());
  merged.forms = {{first.type, first.scales}};
  merged.scales.reset();
  bool alike = true;
  for (const auto& [expert, tensor] : group) {
    if (expert == 0) continue;
    TESSERA_RETURN_IF_ERROR(Append(first, tensor, &merged));
    alike = alike && AreAlike(first, tensor);
  }
  if (!TensorBytes(merged.type, merged.shape)) {
    return Fail(merged, absl::StrCat(name, ": the size overflows 64 bits"));
  }
  merged.source_name = NameOfExpert(first.source_name, 0, "*");
  if (!alike) {
    if (widened_++ == 0) first_widened_ = merged.source_name;
    return merged;
  }
  merged.scales = first.scales;
  for (size_t i = 1; merged.scales.has_value() && i < group.size(); ++i) {
    merged.scales->parts.push_back(merged.forms[i].scales->parts[0]);
  }
  merged.forms.clear();
  return merged;
}

void ExpertMerger::NoteWidened() {
  if (widened_ == 0) return;
  source_.notes.push_back(
      absl::StrCat("experts are stored as different types in ", widened_,
                   " tensors, such as ", first_widened_,
                   "; each is read as the type that holds the values of all"));
}

absl::Status ExpertMerger::Run() {
  FindRouters();
  std::vector<SourceTensor> tensors;
  std::vector<std::pair<size_t, std::string>> places;
  for (SourceTensor& tensor : source_.tensors) {
    const std::optional<TensorName> name = names_.Parse(tensor.source_name);
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
  NoteWidened();
  return absl::OkStatus();
}

}  // namespace

absl::Status MergeExperts(const CheckpointNames& names, uint64_t experts,
                          WeightSource* source) {
  return ExpertMerger(names, experts, source).Run();
}

}  // namespace tessera
