#include "converter/quantize/type_budget.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/counted.h"
#include "base/printable.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "converter/quantize/budget_solver.h"
#include "converter/quantize/mix_class.h"
#include "converter/quantize/mix_rules.h"
#include "converter/quantize/model_summary.h"
#include "converter/quantize/sensitivity.h"
#include "converter/quantize/type_errors.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"
#include "formats/quant/codec.h"

namespace tessera {
namespace {

// In the order in which ties are decided; for odd rows their fallbacks. Those
// that nothing can be quantized to yet are passed over.
constexpr DType kCandidates[] = {
    DType::kQ2_K, DType::kQ3_K, DType::kIQ4_XS, DType::kQ4_K, DType::kIQ4_NL,
    DType::kQ4_0, DType::kQ4_1, DType::kQ5_K,   DType::kQ5_0, DType::kQ5_1,
    DType::kQ6_K, DType::kQ8_0, DType::kF16,
};

// Of a tensor's name in the report.
constexpr size_t kNameColumns = 40;

bool IsQuantizable(const SourceTensor& tensor) {
  const Codec* codec = FindCodec(tensor.type);
  return codec != nullptr && codec->dequantize_row != nullptr &&
         AllowsQuantization(tensor.name, tensor.shape) && tensor.rows() > 0 &&
         tensor.columns() > 0;
}

std::vector<DType> CandidatesFor(const SourceTensor& tensor) {
  std::vector<DType> types = {tensor.type};
  const auto add = [&types](DType type) {
    const Codec* codec = FindCodec(type);
    if (codec == nullptr || codec->quantize_row == nullptr) return;
    if (std::find(types.begin(), types.end(), type) == types.end()) {
      types.push_back(type);
    }
  };
  for (DType type : kCandidates) add(FitToRow(type, tensor.columns()));
  return types;
}

class BudgetPlanner {
 public:
  BudgetPlanner(const WeightSource& source, const SizeTarget& target,
                ThreadPool& pool, QuantizeRecipe* recipe)
      : source_(source), target_(target), pool_(pool), recipe_(recipe) {}

  absl::StatusOr<BudgetReport> Run() {
    TESSERA_RETURN_IF_ERROR(SplitTensors());
    MeasureOptions();
    TESSERA_ASSIGN_OR_RETURN(const uint64_t budget, Budget());
    const std::vector<size_t> chosen = *ChooseOptions(options_, budget);
    QuantizeRecipe::Budget types = {target_.option, target_.value, {}};
    for (size_t i = 0; i < chosen.size(); ++i) {
      types.types.emplace(trials_[i].tensor->name, trials_[i].types[chosen[i]]);
    }
    recipe_->set_budget(std::move(types));
    return Report(chosen);
  }

 private:
  // Tensors with a choice to trials_, the bytes of others to fixed_bytes_.
  absl::Status SplitTensors();
  void MeasureOptions();
  absl::StatusOr<uint64_t> Budget() const;
  BudgetReport Report(const std::vector<size_t>& chosen) const;

  const WeightSource& source_;
  const SizeTarget& target_;
  ThreadPool& pool_;
  QuantizeRecipe* recipe_;

  bool tied_embeddings_ = false;
  uint64_t weights_ = 0;
  uint64_t fixed_bytes_ = 0;
  // Of those, what nobody would quantize: norms and the like.
  uint64_t unquantized_weights_ = 0;
  uint64_t unquantized_bytes_ = 0;
  std::vector<TypeTrial> trials_;
  std::vector<std::vector<BudgetOption>> options_;  // of trials_, by type
};

absl::Status BudgetPlanner::SplitTensors() {
  // Types of the tensors without a choice: what the recipe does on its own.
  recipe_->set_budget({target_.option, target_.value, {}});
  const std::vector<TensorSummary> summaries = SummarizeTensors(source_);
  const std::vector<DType> fixed =
      recipe_->ChooseTypes(summaries, SummarizeModel(source_));
  tied_embeddings_ = HasTiedEmbeddings(summaries);
  for (size_t i = 0; i < source_.tensors.size(); ++i) {
    const SourceTensor& tensor = source_.tensors[i];
    const auto weights = ElementCount(tensor.shape);
    const auto bytes = TensorBytes(fixed[i], tensor.shape);
    if (!weights.has_value() || !bytes.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          tensor.source_name, ": has no size as ", DTypeName(fixed[i])));
    }
    weights_ += *weights;
    const bool is_quantizable = IsQuantizable(tensor);
    if (is_quantizable &&
        !recipe_->FixedType(summaries[i], tied_embeddings_).has_value()) {
      trials_.push_back({&tensor, CandidatesFor(tensor)});
      continue;
    }
    fixed_bytes_ += *bytes;
    if (is_quantizable) continue;
    unquantized_weights_ += *weights;
    unquantized_bytes_ += *bytes;
  }
  if (!trials_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", target_.option, ": no tensor has a choice of types"));
}

void BudgetPlanner::MeasureOptions() {
  const uint64_t layers = SummarizeModel(source_).layers;
  const auto errors = MeasureTypeErrors(
      source_, trials_, recipe_->importance.get(), recipe_->high_effort, pool_);
  for (size_t i = 0; i < trials_.size(); ++i) {
    const SourceTensor& tensor = *trials_[i].tensor;
    double sensitivity = SensitivityOf(tensor.name, layers);
    if (tied_embeddings_ && MixClassOf(tensor.name) == MixClass::kEmbedding) {
      sensitivity += SensitivityOf(GgufName(TensorRole::kOutput), layers);
    }
    std::vector<BudgetOption>& options = options_.emplace_back();
    for (size_t k = 0; k < trials_[i].types.size(); ++k) {
      options.push_back({*TensorBytes(trials_[i].types[k], tensor.shape),
                         sensitivity * errors[i][k]});
    }
  }
}

// The bytes for the tensors of trials_.
absl::StatusOr<uint64_t> BudgetPlanner::Budget() const {
  uint64_t least = 0;
  for (const std::vector<BudgetOption>& options : options_) {
    least += std::min_element(options.begin(), options.end(),
                              [](const BudgetOption& a, const BudgetOption& b) {
                                return a.bytes < b.bytes;
                              })
                 ->bytes;
  }
  const uint64_t total = target_.BytesFor(weights_);
  if (total >= fixed_bytes_ && total - fixed_bytes_ >= least) {
    return total - fixed_bytes_;
  }
  const uint64_t possible = least + fixed_bytes_;
  if (target_.bits_per_weight > 0 &&
      target_.BytesFor(weights_ - unquantized_weights_) >=
          possible - unquantized_bytes_) {
    return least;
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "--%s: %s is too small; with these types all tensors take at least %d "
      "bytes, %.4f bits per weight",
      target_.option, target_.value, possible,
      8 * static_cast<double>(possible) / static_cast<double>(weights_)));
}

BudgetReport BudgetPlanner::Report(const std::vector<size_t>& chosen) const {
  BudgetReport report;
  report.weights = weights_;
  report.bytes = fixed_bytes_;
  // Fewest bits first: names of the first and of all, counted.
  std::map<std::pair<double, DType>, std::pair<std::string, uint64_t>> lines;
  for (size_t i = 0; i < chosen.size(); ++i) {
    const SourceTensor& tensor = *trials_[i].tensor;
    const BudgetOption& option = options_[i][chosen[i]];
    const DType type = trials_[i].types[chosen[i]];
    report.bytes += option.bytes;
    report.loss += option.loss;
    const double bits = 8 * static_cast<double>(option.bytes) /
                        static_cast<double>(*ElementCount(tensor.shape));
    auto& [first, count] = lines[{bits, type}];
    if (count++ == 0) first = tensor.name;
  }
  for (const auto& [key, tensors] : lines) {
    const auto& [first, count] = tensors;
    absl::StrAppendFormat(
        &report.text, "%-7s %6.3f bits: %s%s%s\n", DTypeName(key.second),
        key.first, Counted(count, "tensor"), count == 1 ? ", " : ", such as ",
        ShortPrintable(first, kNameColumns));
  }
  absl::StrAppendFormat(
      &report.text,
      "chosen for %s=%s: %s, %.4f bits per weight, weighted error %.4g\n",
      target_.option, target_.value, HumanBytes(report.bytes),
      8 * static_cast<double>(report.bytes) / static_cast<double>(weights_),
      report.loss);
  return report;
}

}  // namespace

absl::StatusOr<BudgetReport> ChooseTypesForTarget(const WeightSource& source,
                                                  const SizeTarget& target,
                                                  ThreadPool& pool,
                                                  QuantizeRecipe* recipe) {
  return BudgetPlanner(source, target, pool, recipe).Run();
}

}  // namespace tessera
