#include "converter/source/merge_experts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "converter/source/tensor_names.h"

namespace tessera {
namespace {

std::string Described(const SourceTensor& tensor) {
  return absl::StrCat(tensor.source_name, " (", DTypeName(tensor.type), " [",
                      absl::StrJoin(tensor.shape, ", "), "])");
}

// The name of another expert's matrix.
std::string NameOfExpert(const std::string& name, uint64_t expert,
                         uint64_t other) {
  return absl::StrReplaceAll(
      name, {{absl::StrCat(".experts.", expert, "."),
              absl::StrCat(".experts.", other, ".")}});
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

// The matrices of one kind of one layer, by expert.
using Experts = std::map<uint64_t, SourceTensor>;

class ExpertMerger {
 public:
  ExpertMerger(uint64_t experts, WeightSource* source)
      : experts_(experts), source_(*source) {}

  absl::Status Run();

 private:
  absl::Status Fail(const SourceTensor& tensor, const std::string& problem) {
    return absl::DataLossError(
        absl::StrCat(source_.files[tensor.parts[0].file].path(), ": ",
                     problem));
  }
  absl::Status Collect(ExpertName name, SourceTensor tensor);
  absl::Status CheckComplete(const Experts& group);
  absl::StatusOr<SourceTensor> Merge(const std::string& name, Experts group);

  const uint64_t experts_;
  WeightSource& source_;
  std::map<std::string, Experts> groups_;         // by GGUF's name
  std::map<std::string, uint64_t> layer_experts_; // largest number, by "blk.N"
};

std::string LayerOf(const std::string& name) {
  return name.substr(0, name.find('.', 4));
}

absl::Status ExpertMerger::Collect(ExpertName name, SourceTensor tensor) {
  if (tensor.shape.size() != 2) {
    return Fail(tensor,
                absl::StrCat(Described(tensor), " is an expert's matrix, "
                             "expected 2 dimensions"));
  }
  uint64_t& largest = layer_experts_[LayerOf(name.gguf)];
  largest = std::max(largest, name.expert);
  Experts& group = groups_[name.gguf];
  const std::string source_name = tensor.source_name;
  const auto [there, is_new] = group.emplace(name.expert, std::move(tensor));
  if (is_new) return absl::OkStatus();
  return Fail(there->second,
              absl::StrCat(there->second.source_name, " and ", source_name,
                           " are the same matrix of the same expert"));
}

absl::Status ExpertMerger::CheckComplete(const Experts& group) {
  const auto& [number, first] = *group.begin();
  const std::string layer =
      LayerOf(ParseExpertName(first.source_name)->gguf);
  const uint64_t last = std::max(
      experts_ == 0 ? uint64_t{0} : experts_ - 1, layer_experts_[layer]);
  uint64_t expected = 0;
  for (const auto& [expert, tensor] : group) {
    if (expert != expected) break;
    ++expected;
  }
  if (expected == last + 1) return absl::OkStatus();
  return Fail(first, absl::StrCat(
                         NameOfExpert(first.source_name, number, expected),
                         " is missing; the layer has experts 0 to ", last));
}

absl::StatusOr<SourceTensor> ExpertMerger::Merge(const std::string& name,
                                                 Experts group) {
  TESSERA_RETURN_IF_ERROR(CheckComplete(group));
  SourceTensor merged = group.begin()->second;
  for (const auto& [expert, tensor] : group) {
    if (expert == 0) continue;
    if (!AreAlike(group.begin()->second, tensor)) {
      return Fail(tensor, absl::StrCat(
                              Described(tensor), " differs from ",
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
  merged.source_name = absl::StrReplaceAll(merged.source_name,
                                           {{".experts.0.", ".experts.*."}});
  return merged;
}

absl::Status ExpertMerger::Run() {
  std::vector<SourceTensor> tensors;
  std::vector<std::pair<size_t, std::string>> places;
  for (SourceTensor& tensor : source_.tensors) {
    std::optional<ExpertName> name = ParseExpertName(tensor.source_name);
    if (!name.has_value()) {
      tensors.push_back(std::move(tensor));
      continue;
    }
    if (!groups_.contains(name->gguf)) {
      places.emplace_back(tensors.size(), name->gguf);
      tensors.emplace_back();
    }
    TESSERA_RETURN_IF_ERROR(Collect(*std::move(name), std::move(tensor)));
  }
  for (const auto& [place, name] : places) {
    TESSERA_ASSIGN_OR_RETURN(tensors[place],
                             Merge(name, std::move(groups_[name])));
  }
  source_.tensors = std::move(tensors);
  return absl::OkStatus();
}

}  // namespace

absl::Status MergeExperts(uint64_t experts, WeightSource* source) {
  return ExpertMerger(experts, source).Run();
}

}  // namespace tessera
