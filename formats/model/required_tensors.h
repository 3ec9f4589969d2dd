// The tensors that a model of an architecture must have.
#ifndef FORMATS_MODEL_REQUIRED_TENSORS_H_
#define FORMATS_MODEL_REQUIRED_TENSORS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"
#include "formats/model/found_tensor.h"

namespace tessera {

// The row that describes `model`: of those with its model_type, the one with or
// without experts. nullptr if there is none.
const Architecture* ArchitectureOf(const ModelConfig& model);

// Names are GGUF's. Keeps a reference to its arguments.
class RequiredTensors {
 public:
  // True if the model has a tensor of that name.
  using Has = absl::FunctionRef<bool(absl::string_view name)>;

  RequiredTensors(const Architecture& architecture, const ModelConfig& model);

  // Those outside of layers that are missing.
  std::vector<std::string> MissingOutside(Has has) const;

  // Those of a layer that are missing. Of several forms, the one of which the
  // layer has most counts.
  std::vector<std::string> MissingInLayer(uint64_t layer, Has has) const;

 private:
  // The tensors of one form: names without layer and part.
  using Form = std::vector<absl::string_view>;

  std::vector<std::string> NamesOf(const Form& form, uint64_t layer,
                                   Has has) const;

  const ModelConfig& model_;
  std::vector<TensorSpec> outside_;
  std::vector<TensorSpec> layer_;
  std::vector<std::vector<Form>> forms_;
};

// Sets what the tensors say and the configuration does not: the number of
// experts, where there is a router; and, of a GGUF, parallel_residual of an
// architecture whose layers are parallel if they have no norm for the
// feed-forward.
void CompleteFromTensors(absl::Span<const FoundTensor> tensors, bool is_gguf,
                         ModelConfig* model);

}  // namespace tessera

#endif  // FORMATS_MODEL_REQUIRED_TENSORS_H_
