#include "formats/model/tensor_problem.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "formats/model/required_tensors.h"
#include "formats/model/shape_problem.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// Parts of the names of tensors that only layers which predict further tokens
// have: GGUF's, and those of DeepSeek's and GLM's checkpoints.
constexpr absl::string_view kFurtherTokens[] = {".nextn.", ".eh_proj.",
                                                ".enorm.", ".hnorm."};

bool IsOfFurtherTokens(absl::string_view name) {
  return std::any_of(
      std::begin(kFurtherTokens), std::end(kFurtherTokens),
      [name](absl::string_view part) { return absl::StrContains(name, part); });
}

std::string Layers(uint64_t count) {
  return absl::StrCat(count, count == 1 ? " layer" : " layers");
}

class Finder {
 public:
  Finder(const Architecture& architecture, const ModelConfig& model,
         absl::Span<const FoundTensor> tensors, bool hugging_face,
         ConfigFieldName name);

  std::optional<TensorProblem> Find();

 private:
  std::optional<TensorProblem> FindTwins() const;
  std::optional<TensorProblem> FindMissing() const;
  std::optional<TensorProblem> FindBeyond() const;

  bool Has(absl::string_view name) const { return by_name_.contains(name); }
  std::string SourceNameOf(const std::string& gguf_name) const;
  bool IsListed(const TensorName& name) const;
  std::optional<size_t> FirstUnknownOf(std::optional<uint64_t> layer) const;
  TensorProblem MissingProblem(const std::string& first, uint64_t others) const;

  const Architecture& architecture_;
  const ModelConfig& model_;
  const absl::Span<const FoundTensor> tensors_;
  const bool hugging_face_;
  const ConfigFieldName field_name_;
  const uint64_t layers_;  // 0: not known

  std::vector<std::optional<TensorName>> names_;  // of tensors_
  absl::flat_hash_map<absl::string_view, size_t> by_name_;
  std::set<uint64_t> present_;         // layers that have a tensor, all
  std::set<uint64_t> further_tokens_;  // layers behind the last
};

Finder::Finder(const Architecture& architecture, const ModelConfig& model,
               absl::Span<const FoundTensor> tensors, bool hugging_face,
               ConfigFieldName name)
    : architecture_(architecture),
      model_(model),
      tensors_(tensors),
      hugging_face_(hugging_face),
      field_name_(name),
      layers_(model.num_hidden_layers()) {
  by_name_.reserve(tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    const FoundTensor& tensor = tensors[i];
    names_.push_back(ParseGgufName(tensor.name));
    by_name_.emplace(tensor.name, i);
    const std::optional<uint64_t> layer = LayerOf(tensor.name);
    if (layer.has_value()) present_.insert(*layer);
    const std::optional<uint64_t> guessed = GuessedLayerOf(tensor.source_name);
    if (guessed.has_value() && *guessed >= layers_ &&
        IsOfFurtherTokens(tensor.source_name)) {
      further_tokens_.insert(*guessed);
    }
  }
}

bool Finder::IsListed(const TensorName& name) const {
  return ListsTensor(architecture_, name.role, name.part);
}

std::optional<TensorProblem> Finder::FindTwins() const {
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const size_t other = by_name_.at(tensors_[i].name);
    if (other == i) continue;
    return TensorProblem{
        absl::StatusCode::kDataLoss,
        absl::StrCat("tensor ", Quoted(tensors_[i].source_name),
                     " is the same as ", Quoted(tensors_[other].source_name)),
        i};
  }
  return std::nullopt;
}

// How the file would call it: as it calls that of another layer.
std::string Finder::SourceNameOf(const std::string& gguf_name) const {
  const std::optional<TensorName> name = ParseGgufName(gguf_name);
  if (!hugging_face_ || !name.has_value()) return gguf_name;
  for (const uint64_t layer : present_) {
    if (!name->layer.has_value()) break;
    TensorName peer = *name;
    peer.layer = layer;
    const auto found = by_name_.find(GgufName(peer));
    if (found == by_name_.end()) continue;
    std::string source_name(tensors_[found->second].source_name);
    const std::string number = absl::StrCat(".", layer, ".");
    const size_t at = source_name.find(number);
    if (at == std::string::npos) break;
    return source_name.replace(at + 1, number.size() - 2,
                               absl::StrCat(*name->layer));
  }
  return HuggingFaceNameOf(*name, architecture_);
}

// The first tensor in `layer`, or in none, whose name says nothing to the
// architecture.
std::optional<size_t> Finder::FirstUnknownOf(
    std::optional<uint64_t> layer) const {
  for (size_t i = 0; i < tensors_.size(); ++i) {
    if (names_[i].has_value() && IsListed(*names_[i])) continue;
    if (!layer.has_value() ||
        GuessedLayerOf(tensors_[i].source_name) == layer) {
      return i;
    }
  }
  return std::nullopt;
}

TensorProblem Finder::MissingProblem(const std::string& first,
                                     uint64_t others) const {
  TensorProblem problem;
  problem.message = absl::StrCat("tensor ", Quoted(SourceNameOf(first)),
                                 " is missing", AndMore(others));
  uint64_t known_layers = 0;
  for (const uint64_t layer : present_) known_layers += layer < layers_ ? 1 : 0;
  const std::optional<uint64_t> layer = LayerOf(first);
  // No layer has it, and this one has what is not known instead.
  const bool none_has =
      std::none_of(present_.begin(), present_.end(), [&](uint64_t other) {
        return Has(absl::StrCat("blk.", other, ".", NameInLayer(first)));
      });
  const std::optional<size_t> unknown =
      known_layers == 0               ? FirstUnknownOf(std::nullopt)
      : layer.has_value() && none_has ? FirstUnknownOf(layer)
                                      : std::nullopt;
  if (unknown.has_value()) {
    problem.code = absl::StatusCode::kUnimplemented;
    absl::StrAppend(&problem.message, "; ",
                    Quoted(tensors_[*unknown].source_name),
                    " has no place in a ", architecture_.name,
                    " model, so this one is in a form that is not known");
  } else if (known_layers < layers_) {
    absl::StrAppend(&problem.message, "; ", field_name_("num_hidden_layers"),
                    " is ", layers_, ", and there are tensors of ",
                    Layers(known_layers), " (is a shard missing?)");
  }
  return problem;
}

std::optional<TensorProblem> Finder::FindMissing() const {
  const auto has = [this](absl::string_view name) { return Has(name); };
  const RequiredTensors required(architecture_, model_);
  std::string first;
  uint64_t count = 0;
  const auto add = [&](const std::vector<std::string>& missing,
                       uint64_t times) {
    if (count == 0 && !missing.empty()) first = missing.front();
    count += times * missing.size();
  };
  add(required.MissingOutside(has), 1);
  // The first layer without tensors, and how many such there are.
  uint64_t absent_layer = 0;
  uint64_t absent = layers_;
  for (const uint64_t layer : present_) {
    if (layer >= layers_) break;
    --absent;
    if (layer == absent_layer) ++absent_layer;
    add(required.MissingInLayer(layer, has), 1);
  }
  if (absent > 0) add(required.MissingInLayer(absent_layer, has), absent);
  if (count == 0) return std::nullopt;
  return MissingProblem(first, count - 1);
}

std::optional<TensorProblem> Finder::FindBeyond() const {
  std::optional<size_t> first;
  uint64_t count = 0;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const std::optional<uint64_t> layer = LayerOf(tensors_[i].name);
    if (layers_ == 0 || layer.value_or(0) < layers_ ||
        further_tokens_.contains(*layer)) {
      continue;
    }
    if (count++ == 0) first = i;
  }
  if (!first.has_value()) return std::nullopt;
  return TensorProblem{
      absl::StatusCode::kDataLoss,
      absl::StrCat("tensor ", Quoted(tensors_[*first].source_name),
                   AndMore(count - 1), ": ", field_name_("num_hidden_layers"),
                   " is ", layers_, ", so there is no layer ",
                   *LayerOf(tensors_[*first].name)),
      first};
}

std::optional<TensorProblem> Finder::Find() {
  std::optional<TensorProblem> problem = FindTwins();
  if (!problem.has_value()) {
    problem = FindShapeProblem(architecture_, model_, tensors_, field_name_);
  }
  if (!problem.has_value()) problem = FindMissing();
  if (!problem.has_value()) problem = FindBeyond();
  return problem;
}

}  // namespace

std::optional<TensorProblem> FindTensorProblem(
    const Architecture& architecture, const ModelConfig& model,
    absl::Span<const FoundTensor> tensors, bool hugging_face,
    ConfigFieldName name) {
  return Finder(architecture, model, tensors, hugging_face, name).Find();
}

}  // namespace tessera
