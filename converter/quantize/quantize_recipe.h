// Which stored type each tensor of a model gets.
#ifndef CONVERTER_QUANTIZE_QUANTIZE_RECIPE_H_
#define CONVERTER_QUANTIZE_QUANTIZE_RECIPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// What a recipe has to know of a tensor.
struct TensorSummary {
  absl::string_view name;  // GGUF's
  DType type;              // the source's
  absl::Span<const uint64_t> shape;
};

// And of the model it belongs to.
struct ModelSummary {
  uint64_t layers = 0;
  bool tied_embeddings = false;  // token_embd is the output matrix too
};

// A value of --quantize: "keep", a stored type, or one of llama-quantize's
// mixes, which give the tensors that matter most more bits. A plain value.
class QuantizeRecipe {
 public:
  // InvalidArgument, listing the names, for an unknown one.
  static absl::StatusOr<QuantizeRecipe> Parse(absl::string_view name);

  // All names, for --help.
  static std::vector<std::string> Names();

  const std::string& name() const { return name_; }

  // The type to store `tensor` in. Vectors and norms are F32. A type whose
  // block does not divide the row is replaced as llama-quantize does.
  DType TypeFor(const TensorSummary& tensor, const ModelSummary& model) const;

 private:
  std::string name_;
  bool keep_ = false;
  bool medium_ = false;  // Q4_K_M, Q5_K_M
  bool small_ = false;   // Q4_K_S
  DType base_ = DType::kF32;
};

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_QUANTIZE_RECIPE_H_
