#include "formats/model/shape_problem.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "formats/model/shape.h"
#include "formats/model/shape_text.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// Dimensions of a shape; nullopt: any.
using Sizes = std::vector<std::optional<uint64_t>>;

class ShapeFinder {
 public:
  ShapeFinder(const Architecture& architecture, const ModelConfig& model,
              absl::Span<const FoundTensor> tensors, ConfigFieldName name)
      : architecture_(architecture),
        model_(model),
        tensors_(tensors),
        field_name_(name) {
    for (const FoundTensor& tensor : tensors) {
      const std::optional<TensorName> parsed = ParseGgufName(tensor.name);
      if (!parsed.has_value() || tensor.shape.empty()) continue;
      if (parsed->role != TensorRole::kRouter) {
        AddToExperts(*parsed, tensor.shape[0]);
      } else if (parsed->part == TensorPart::kWeight) {
        routers_.emplace(*parsed->layer, tensor.shape[0]);
        router_rows_.insert(tensor.shape[0]);
      }
    }
  }

  std::optional<TensorProblem> Find() const;

 private:
  void AddToExperts(const TensorName& name, uint64_t count);
  bool IsLooked(const TensorName& name) const;
  Sizes Expected(const TensorName& name) const;
  bool MayDifferByLayer() const;
  std::optional<uint64_t> ExpertsOf(const TensorName& name) const;
  bool HasUnknown(const TensorName& name) const;
  bool Fits(const FoundTensor& tensor, const TensorName& name) const;
  std::string Message(const FoundTensor& tensor, const TensorName& name) const;

  const Architecture& architecture_;
  const ModelConfig& model_;
  const absl::Span<const FoundTensor> tensors_;
  const ConfigFieldName field_name_;
  absl::flat_hash_map<uint64_t, uint64_t> routers_;  // rows, by layer
  std::set<uint64_t> router_rows_;                   // that any of them has
  // As many as the configuration says in all other tensors of experts? By layer
  absl::flat_hash_map<uint64_t, bool> as_configured_;
};

// What is listed, of a layer of the model.
bool ShapeFinder::IsLooked(const TensorName& name) const {
  const uint64_t layers = model_.num_hidden_layers();
  return ListsTensor(architecture_, name.role, name.part) &&
         (layers == 0 || name.layer.value_or(0) < layers);
}

void ShapeFinder::AddToExperts(const TensorName& name, uint64_t count) {
  if (!name.layer.has_value() || !IsLooked(name) ||
      DimensionsOf(name.role, name.part, &architecture_).front().dimension !=
          Dimension::kExperts) {
    return;
  }
  const bool agrees = count == model_.num_experts();
  const auto entry = as_configured_.emplace(*name.layer, agrees).first;
  entry->second = entry->second && agrees;
}

// False if all routers have as many rows as any other, and not those that the
// configuration says.
bool ShapeFinder::MayDifferByLayer() const {
  return router_rows_.size() != 1 || model_.num_experts() == 0;
}

// There are as many experts as the router of their layer has rows: layers of
// models that were pruned differ in it. Where the router alone is not as the
// configuration says, it is what is wrong. nullopt: any.
std::optional<uint64_t> ShapeFinder::ExpertsOf(const TensorName& name) const {
  const uint64_t layer = name.layer.value_or(0);
  const auto others = as_configured_.find(layer);
  const bool as_configured = others != as_configured_.end() && others->second;
  const auto router = routers_.find(layer);
  if (name.role == TensorRole::kRouter) {
    const bool is_empty = router != routers_.end() && router->second == 0;
    if (MayDifferByLayer() && !as_configured && !is_empty) return std::nullopt;
    return model_.num_experts();
  }
  if (router == routers_.end()) return std::nullopt;
  return as_configured ? model_.num_experts() : router->second;
}

Sizes ShapeFinder::Expected(const TensorName& name) const {
  Sizes sizes;
  for (const ShapeDimension& dimension :
       DimensionsOf(name.role, name.part, &architecture_)) {
    std::optional<uint64_t> size = dimension.dimension == Dimension::kExperts
                                       ? ExpertsOf(name)
                                       : SizeOf(dimension, model_);
    if (size == uint64_t{0}) size.reset();
    sizes.push_back(size);
  }
  return sizes;
}

bool ShapeFinder::HasUnknown(const TensorName& name) const {
  for (const ShapeDimension& dimension :
       DimensionsOf(name.role, name.part, &architecture_)) {
    if (dimension.dimension == Dimension::kUnknown) return true;
  }
  return false;
}

bool ShapeFinder::Fits(const FoundTensor& tensor,
                       const TensorName& name) const {
  const Sizes expected = Expected(name);
  absl::Span<const uint64_t> shape = tensor.shape;
  // Hugging Face has it as a matrix of one row.
  if (name.role == TensorRole::kSharedRouter && shape.size() == 2 &&
      shape.front() == 1) {
    shape.remove_prefix(1);
  }
  if (shape.size() != expected.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    const std::optional<uint64_t>& size = expected[i];
    if (!size.has_value() ? shape[i] != 0 : shape[i] == *size) continue;
    // Rows that pad the vocabulary.
    const bool padded = i == 0 && IsOutputMatrix(name.role) &&
                        size.has_value() && shape[i] > *size;
    if (!padded) return false;
  }
  return true;
}

std::string ShapeFinder::Message(const FoundTensor& tensor,
                                 const TensorName& name) const {
  std::vector<uint64_t> shape(tensor.shape.begin(), tensor.shape.end());
  std::vector<ShapeDimension> dimensions =
      DimensionsOf(name.role, name.part, &architecture_);
  if (tensor.transposed) {
    std::reverse(shape.begin(), shape.end());
    std::reverse(dimensions.begin(), dimensions.end());
  }
  const bool rows = IsOutputMatrix(name.role) && tensor.shape.size() == 2 &&
                    tensor.shape[1] == model_.hidden_size();
  return absl::StrCat(
      "tensor ", Quoted(tensor.source_name), " has the shape ",
      ShapeText(shape), ", expected ",
      ExpectedShapeText(dimensions, model_, field_name_, ExpertsOf(name)),
      rows ? " or more rows" : "");
}

std::optional<TensorProblem> ShapeFinder::Find() const {
  std::optional<size_t> first;
  std::string message;
  uint64_t count = 0;
  // Where the configuration does not say a shape, layers have the same one.
  absl::flat_hash_map<std::pair<TensorRole, TensorPart>, size_t> peers;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const std::optional<TensorName> parsed = ParseGgufName(tensors_[i].name);
    if (!parsed.has_value() || !IsLooked(*parsed)) continue;
    const TensorName& name = *parsed;
    const FoundTensor& peer =
        tensors_[peers.emplace(std::pair(name.role, name.part), i)
                     .first->second];
    const bool fits = Fits(tensors_[i], name);
    if (fits && (!HasUnknown(name) || tensors_[i].shape == peer.shape)) {
      continue;
    }
    if (count++ > 0) continue;
    first = i;
    message = Message(tensors_[i], name);
    if (fits) {
      absl::StrAppend(&message, " like ", ShapeText(peer.shape), " of ",
                      Quoted(peer.source_name));
    }
  }
  if (!first.has_value()) return std::nullopt;
  return TensorProblem{absl::StatusCode::kDataLoss,
                       absl::StrCat(message, AndMore(count - 1)), first};
}

}  // namespace

std::optional<TensorProblem> FindShapeProblem(
    const Architecture& architecture, const ModelConfig& model,
    absl::Span<const FoundTensor> tensors, ConfigFieldName name) {
  return ShapeFinder(architecture, model, tensors, name).Find();
}

}  // namespace tessera
