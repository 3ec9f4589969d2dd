// Which stored type each tensor of a model gets.
#ifndef CONVERTER_QUANTIZE_QUANTIZE_RECIPE_H_
#define CONVERTER_QUANTIZE_QUANTIZE_RECIPE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "converter/quantize/importance_matrix.h"
#include "converter/quantize/mix_rules.h"
#include "converter/quantize/model_summary.h"
#include "converter/quantize/tensor_type_rule.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// "keep", a mix, or a budget that is filled as well as it can be; and the
// user's exceptions. A plain value.
class QuantizeRecipe {
 public:
  // A value of --quantize: "keep" or the name of a mix, in letters of any case;
  // Q4_K and Q5_K are Q4_K_M and Q5_K_M, as for llama-quantize.
  // InvalidArgument, listing the names, for an unknown one.
  static absl::StatusOr<QuantizeRecipe> Parse(absl::string_view name);

  // This recipe with another value of --quantize, and all exceptions as they
  // are.
  absl::StatusOr<QuantizeRecipe> WithMix(absl::string_view name) const;

  // All names, for --help.
  static std::vector<std::string> Names();

  const std::string& name() const { return name_; }
  bool keeps() const { return mix_ == nullptr && !budget_.has_value(); }

  // All matrices get the mix's main type, if it is one of blocks.
  bool pure = false;
  // For output.weight and token_embd.weight; they win over tensor_types.
  std::optional<DType> output_type;
  std::optional<DType> embedding_type;
  // The first that matches wins over the mix.
  std::vector<TensorTypeRule> tensor_types;
  // Quantizers search longer: --effort=high.
  bool high_effort = false;
  // Null: all weights of a row count the same.
  std::shared_ptr<const ImportanceMatrix> importance;

  // A target for the size of all tensors: the option's name, "target_bpw" or
  // "target_size", and its value. The types are then those of `types` by the
  // tensors' names; type_budget.h finds them.
  struct Budget {
    std::string option;
    std::string value;
    absl::flat_hash_map<std::string, DType> types;
  };
  void set_budget(Budget budget);
  const std::optional<Budget>& budget() const { return budget_; }

  // The types to store `tensors` in, all of a model's, in their order.
  // Identical to llama-quantize's choice wherever it makes one, and what a mix
  // counts is counted in its order. Vectors and norms are F32. A type whose
  // block does not divide the row is replaced (see FitToRow), the user's too.
  std::vector<DType> ChooseTypes(absl::Span<const TensorSummary> tensors,
                                 const ModelSummary& model) const;

  // The types that ChooseTypes fits to the rows: nullopt where a tensor is not
  // quantized.
  std::vector<std::optional<DType>> WantedTypes(
      absl::Span<const TensorSummary> tensors, const ModelSummary& model) const;

  // The type that an option of the user fixes for `tensor`, or nullopt. It may
  // not fit the row. Tied embeddings take output_type if nothing else is said.
  std::optional<DType> FixedType(const TensorSummary& tensor,
                                 bool tied_embeddings) const;

  // The rules of tensor_types that match no tensor: most likely mistakes.
  std::vector<std::string> UnusedRules(
      absl::Span<const TensorSummary> tensors) const;

  // Name and value of every option that has an effect, for the manifest.
  std::vector<std::pair<std::string, std::string>> EffectiveOptions() const;

 private:
  std::string name_ = "keep";
  const Mix* mix_ = nullptr;
  std::optional<Budget> budget_;
};

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_QUANTIZE_RECIPE_H_
