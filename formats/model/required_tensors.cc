#include "formats/model/required_tensors.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// No model has more experts in a layer; a configuration may say anything.
constexpr uint64_t kMaxListedExperts = 4096;

// What a model needs of what its architecture lists as optional.
bool IsNeeded(const TensorSpec& spec, const Architecture& architecture,
              const ModelConfig& model) {
  if (!spec.optional) return true;
  if (spec.role == TensorRole::kFeedForwardNorm &&
      spec.part == TensorPart::kWeight) {
    return architecture.norm != NormKind::kPlainLayerNorm &&
           !model.parallel_residual();
  }
  // The scaling is in the tensor.
  return spec.role == TensorRole::kRopeFactors &&
         model.rope_scaling().rope_type() == "llama3";
}

std::string InLayer(uint64_t layer, absl::string_view name) {
  return absl::StrCat("blk.", layer, ".", name, ".weight");
}

std::vector<std::string> Missing(const std::vector<std::string>& names,
                                 RequiredTensors::Has has) {
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (!has(name)) missing.push_back(name);
  }
  return missing;
}

// True if models of that type may be mixtures of experts.
bool IsMixture(absl::string_view model_type) {
  const absl::Span<const Architecture> all = AllArchitectures();
  return std::any_of(all.begin(), all.end(), [&](const Architecture& row) {
    return row.name == model_type &&
           row.feed_forward == FeedForwardKind::kExperts;
  });
}

}  // namespace

const Architecture* ArchitectureOf(const ModelConfig& model) {
  const bool has_experts = model.num_experts() != 0;
  const Architecture* found = nullptr;
  for (const Architecture& architecture : AllArchitectures()) {
    if (architecture.name != model.model_type()) continue;
    const bool of_experts =
        architecture.feed_forward == FeedForwardKind::kExperts;
    if (of_experts == has_experts) return &architecture;
    // Of a mixture, the number of experts may differ by layer.
    if (of_experts) found = &architecture;
  }
  return found;
}

RequiredTensors::RequiredTensors(const Architecture& architecture,
                                 const ModelConfig& model)
    : model_(model) {
  std::vector<absl::string_view> in_forms;
  for (const TensorForms& forms : architecture.forms) {
    std::vector<Form>& choice = forms_.emplace_back();
    for (const absl::string_view form : absl::StrSplit(forms, '|')) {
      choice.push_back(absl::StrSplit(form, ','));
      in_forms.insert(in_forms.end(), choice.back().begin(),
                      choice.back().end());
    }
  }
  for (const TensorSpecs specs : architecture.tensors) {
    for (const TensorSpec& spec : specs) {
      const TensorRoleInfo& info = InfoOf(spec.role);
      const bool in_form = spec.part == TensorPart::kWeight &&
                           std::find(in_forms.begin(), in_forms.end(),
                                     info.gguf_name) != in_forms.end();
      if (in_form || !IsNeeded(spec, architecture, model)) continue;
      (info.place == TensorPlace::kLayer ? layer_ : outside_).push_back(spec);
    }
  }
}

std::vector<std::string> RequiredTensors::MissingOutside(Has has) const {
  std::vector<std::string> names;
  for (const TensorSpec& spec : outside_) {
    names.push_back(GgufName(spec.role, spec.part));
  }
  // One of the two is of no use.
  const std::string factors[] = {GgufName(TensorRole::kRopeFactorsShort),
                                 GgufName(TensorRole::kRopeFactorsLong)};
  if (has(factors[0]) != has(factors[1])) {
    names.insert(names.end(), std::begin(factors), std::end(factors));
  }
  return Missing(names, has);
}

// Of a form with a tensor for each expert that has none for the first, that
// one.
std::vector<std::string> RequiredTensors::NamesOf(const Form& form,
                                                  uint64_t layer,
                                                  Has has) const {
  std::vector<std::string> names;
  for (const absl::string_view name : form) {
    if (!absl::EndsWith(name, "*")) {
      names.push_back(InLayer(layer, name));
      continue;
    }
    const absl::string_view stem = absl::StripSuffix(name, "*");
    names.push_back(InLayer(layer, absl::StrCat(stem, 0)));
    if (!has(names.back())) continue;
    const uint64_t experts = std::min(model_.num_experts(), kMaxListedExperts);
    for (uint64_t expert = 1; expert < experts; ++expert) {
      names.push_back(InLayer(layer, absl::StrCat(stem, expert)));
    }
  }
  return names;
}

std::vector<std::string> RequiredTensors::MissingInLayer(uint64_t layer,
                                                         Has has) const {
  std::vector<std::string> names;
  for (const TensorSpec& spec : layer_) {
    names.push_back(
        GgufName({.role = spec.role, .part = spec.part, .layer = layer}));
  }
  std::vector<std::string> missing = Missing(names, has);
  for (const std::vector<Form>& forms : forms_) {
    std::vector<std::string> best;
    size_t most = 0;
    for (const Form& form : forms) {
      const std::vector<std::string> all = NamesOf(form, layer, has);
      std::vector<std::string> lacking = Missing(all, has);
      const size_t found = all.size() - lacking.size();
      if (&form == &forms.front() || lacking.empty() || found > most) {
        best = std::move(lacking);
        most = found;
        if (best.empty()) break;
      }
    }
    missing.insert(missing.end(), best.begin(), best.end());
  }
  return missing;
}

void CompleteFromTensors(absl::Span<const FoundTensor> tensors, bool is_gguf,
                         ModelConfig* model) {
  const Architecture* architecture = FindArchitecture(model->model_type());
  if (architecture == nullptr) return;
  const bool asks_residual =
      is_gguf && architecture->residual == Residual::kWithoutNorm;
  const bool asks_experts =
      model->num_experts() == 0 && IsMixture(model->model_type());
  if (!asks_residual && !asks_experts) return;
  bool has_norm = false;
  for (const FoundTensor& tensor : tensors) {
    const std::optional<TensorName> name = ParseGgufName(tensor.name);
    if (!name.has_value() || name->part != TensorPart::kWeight) continue;
    has_norm = has_norm || name->role == TensorRole::kFeedForwardNorm;
    if (asks_experts && name->role == TensorRole::kRouter &&
        tensor.shape.size() == 2) {
      model->set_num_experts(tensor.shape[0]);
    }
  }
  if (asks_residual && !has_norm) model->set_parallel_residual(true);
  if (model->num_experts() != 0 && model->moe_intermediate_size() == 0) {
    model->set_moe_intermediate_size(model->intermediate_size());
  }
}

}  // namespace tessera
