#include "converter/quantize/quantize_recipe.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "converter/quantize/layer_order.h"
#include "converter/quantize/mix_class.h"

namespace tessera {
namespace {

bool IsFloat(DType type) {
  switch (type) {
    case DType::kF64:
    case DType::kF32:
    case DType::kF16:
    case DType::kBF16:
      return true;
    default:
      return false;
  }
}

bool IsInteger(DType type) {
  switch (type) {
    case DType::kI8:
    case DType::kI16:
    case DType::kI32:
    case DType::kI64:
    case DType::kU8:
    case DType::kU16:
    case DType::kU32:
    case DType::kU64:
    case DType::kBOOL:
      return true;
    default:
      return false;
  }
}

bool IsQuantizable(const TensorSummary& tensor) {
  return !IsInteger(tensor.type) &&
         AllowsQuantization(tensor.name, tensor.shape);
}

// What a tensor that is not quantized is stored in.
DType UnquantizedType(const TensorSummary& tensor) {
  const bool is_vector = tensor.shape.size() < 2;
  return is_vector && IsFloat(tensor.type) ? DType::kF32 : tensor.type;
}

MixRules::Context ContextOf(absl::Span<const TensorSummary> tensors,
                            const ModelSummary& model, bool has_importance) {
  MixRules::Context context;
  context.model = model;
  context.has_importance = has_importance;
  context.tied_embeddings = HasTiedEmbeddings(tensors);
  for (const TensorSummary& tensor : tensors) {
    if (IsValueClass(MixClassOf(tensor.name))) ++context.value_tensors;
  }
  return context;
}

}  // namespace

absl::StatusOr<QuantizeRecipe> QuantizeRecipe::Parse(absl::string_view name) {
  QuantizeRecipe recipe;
  recipe.name_ = "keep";
  if (absl::EqualsIgnoreCase(name, recipe.name_)) return recipe;
  recipe.mix_ = FindMix(name);
  if (recipe.mix_ != nullptr) {
    recipe.name_ = std::string(recipe.mix_->name);
    return recipe;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--quantize: no such type: ", name, "; known are ",
                   absl::StrJoin(Names(), " ")));
}

absl::StatusOr<QuantizeRecipe> QuantizeRecipe::WithMix(
    absl::string_view name) const {
  TESSERA_ASSIGN_OR_RETURN(const QuantizeRecipe plain, Parse(name));
  QuantizeRecipe recipe = *this;
  recipe.name_ = plain.name_;
  recipe.mix_ = plain.mix_;
  recipe.budget_.reset();
  return recipe;
}

std::vector<std::string> QuantizeRecipe::Names() {
  std::vector<std::string> names = {"keep"};
  for (const Mix& mix : AllMixes()) names.emplace_back(mix.name);
  return names;
}

void QuantizeRecipe::set_budget(Budget budget) {
  name_ = budget.option;
  mix_ = nullptr;
  budget_ = std::move(budget);
}

std::optional<DType> QuantizeRecipe::FixedType(const TensorSummary& tensor,
                                               bool tied_embeddings) const {
  const MixClass mix_class = MixClassOf(tensor.name);
  if (mix_class == MixClass::kEmbedding && embedding_type.has_value()) {
    return embedding_type;
  }
  if (mix_class == MixClass::kOutput && output_type.has_value()) {
    return output_type;
  }
  for (const TensorTypeRule& rule : tensor_types) {
    if (rule.Matches(tensor.name)) return rule.type();
  }
  // As in llama-quantize the rules come first here, and --pure too.
  if (mix_class == MixClass::kEmbedding && tied_embeddings && !pure) {
    return output_type;
  }
  return std::nullopt;
}

std::vector<std::optional<DType>> QuantizeRecipe::WantedTypes(
    absl::Span<const TensorSummary> tensors, const ModelSummary& model) const {
  const bool has_rules = mix_ != nullptr && !pure && !IsFloat(mix_->base) &&
                         mix_->base != DType::kINT8;
  const MixRules::Context context =
      ContextOf(tensors, model, importance != nullptr);
  std::optional<MixRules> rules;
  if (has_rules) rules.emplace(*mix_, context);

  std::vector<std::optional<DType>> types(tensors.size());
  for (size_t index : InLayerOrder(tensors)) {
    const TensorSummary& tensor = tensors[index];
    if (!IsQuantizable(tensor)) continue;
    std::optional<DType>& type = types[index];
    type = FixedType(tensor, context.tied_embeddings);
    if (!type.has_value() && budget_.has_value()) {
      const auto found = budget_->types.find(tensor.name);
      if (found != budget_->types.end()) type = found->second;
    }
    if (!type.has_value() && rules.has_value()) type = rules->Next(tensor.name);
    if (!type.has_value() && mix_ != nullptr) type = mix_->base;
  }
  return types;
}

std::vector<DType> QuantizeRecipe::ChooseTypes(
    absl::Span<const TensorSummary> tensors, const ModelSummary& model) const {
  const std::vector<std::optional<DType>> wanted = WantedTypes(tensors, model);
  std::vector<DType> types;
  for (size_t i = 0; i < tensors.size(); ++i) {
    types.push_back(wanted[i].has_value()
                        ? FitToRow(*wanted[i], tensors[i].shape.back())
                        : UnquantizedType(tensors[i]));
  }
  return types;
}

std::vector<std::string> QuantizeRecipe::UnusedRules(
    absl::Span<const TensorSummary> tensors) const {
  std::vector<std::string> unused;
  for (const TensorTypeRule& rule : tensor_types) {
    if (std::none_of(tensors.begin(), tensors.end(),
                     [&rule](const TensorSummary& tensor) {
                       return IsQuantizable(tensor) &&
                              rule.Matches(tensor.name);
                     })) {
      unused.push_back(rule.text());
    }
  }
  return unused;
}

std::vector<std::pair<std::string, std::string>>
QuantizeRecipe::EffectiveOptions() const {
  std::vector<std::pair<std::string, std::string>> options;
  if (budget_.has_value()) {
    options.emplace_back(budget_->option, budget_->value);
    std::vector<std::string> chosen;
    for (const auto& [name, type] : budget_->types) {
      chosen.push_back(absl::StrCat(name, "=", DTypeName(type)));
    }
    std::sort(chosen.begin(), chosen.end());
    options.emplace_back("chosen_types", absl::StrJoin(chosen, ","));
  } else {
    options.emplace_back("quantize", name_);
  }
  if (pure) options.emplace_back("pure", "true");
  if (output_type.has_value()) {
    options.emplace_back("output_type", DTypeName(*output_type));
  }
  if (embedding_type.has_value()) {
    options.emplace_back("embedding_type", DTypeName(*embedding_type));
  }
  for (const TensorTypeRule& rule : tensor_types) {
    options.emplace_back("tensor_type", rule.text());
  }
  if (high_effort) options.emplace_back("effort", "high");
  if (importance != nullptr) {
    options.emplace_back("imatrix", importance->origin());
  }
  return options;
}

}  // namespace tessera
